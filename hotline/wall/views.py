"""The supervisors' wall: waiting, unlogged, late, unconfirmed, and who is on duty."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, make_response, render_template, request
from flask_babel import get_locale

from hotline.access.policy import Permission, may_enter
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.wording import alert_text
from hotline.transaction import db
from hotline.wall import views_care, views_duty  # noqa: F401 - each adds its pages
from hotline.wall.blueprint import blueprint
from hotline.wall.facts import MOST_COUNTED, Wall, look, went_from
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from triage.vocabulary import ResponseCode

__all__ = ["blueprint"]


SEEN_FOR = timedelta(seconds=2)
"""What one screen saw so lately is what another of the same centres would see."""


class LastSeen:
    """The marks of the walls that this process has just looked at, by whose wall it is."""

    def __init__(self) -> None:
        self._marks: dict[tuple[frozenset[int], str], tuple[datetime, str]] = {}
        self._lock = threading.Lock()

    def of(self, centres: frozenset[int], tongue: str, now: datetime) -> str | None:
        """The mark of the wall of these centres, where it was seen just now."""
        with self._lock:
            at, mark = self._marks.get((centres, tongue), (None, ""))
        return mark if at is not None and timedelta() <= now - at < SEEN_FOR else None

    def note(self, centres: frozenset[int], tongue: str, now: datetime, mark: str) -> None:
        """Keep a mark. There are as many as there are sets of centres with a wall."""
        with self._lock:
            self._marks[centres, tongue] = (now, mark)


def _shown() -> dict[str, Any]:
    now = ports().clock.now()
    actor = current_actor()
    wall = look(db.session(), actor, now)
    return {"wall": wall, "now": now, "most": MOST_COUNTED, "alert_text": alert_text, "me": actor,
            "may_review": may_enter(actor, Permission.REPORT_ADD), "emergency_code": ResponseCode.A, "went_from": went_from, "etag": _etag(wall, int(now.timestamp()) // 15)}


def _etag(wall: Wall, quarter_minute: int) -> str:
    """The same mark while the wall would look the same; times are told to the quarter minute."""
    keys = [
        [call.id for call in wall.waiting], [row.call.id for row in wall.unlogged],
        [(task.id, task.version) for task in wall.overdue], wall.overdue_count,
        [[alert.id for alert in line.alerts] for line in wall.unconfirmed],
        [alert.id for alert in wall.returns],
        [(action.id, str(action.next_check_at)) for action in wall.emergencies],
        [(one.name, one.paused) for one in wall.on_duty], wall.supervisor,
        [(gap.line.id, gap.missing, str(gap.starts_at)) for gap in wall.gaps],
        [(one.notice.id, one.notice.state) for one in wall.home], wall.nobody_at_home,
        [row.id for row in wall.unread], [(row.id, row.version) for row in wall.talks],
        wall.late_reviews, wall.needs_supervisor, quarter_minute, str(get_locale()),
    ]
    return hashlib.sha256(repr(keys).encode()).hexdigest()[:20]


@blueprint.get("/wall")
@guard(Permission.WALL_SEE)
@answering
def show() -> Answer:
    """The wall."""
    return render_template("wall/show.html", **_shown())


@blueprint.get("/wall/now")
@guard(Permission.WALL_SEE)
@answering
def now() -> Answer:
    """The wall's content alone; 304 while it would look the same."""
    seen: LastSeen = current_app.extensions.setdefault("hotline.wall", LastSeen())
    whose = (current_actor().centre_ids, str(get_locale()))
    mark = seen.of(*whose, ports().clock.now())
    if mark is None or not request.if_none_match.contains(mark):
        shown = _shown()
        mark = shown["etag"]
        seen.note(*whose, shown["now"], mark)
        if not request.if_none_match.contains(mark):
            return _marked(make_response(render_template("wall/now.html", **shown)), mark)
    return _marked(make_response("", 304), mark)


def _marked(answer: Response, mark: str) -> Response:
    answer.set_etag(mark)
    answer.headers["Cache-Control"] = "no-store"
    return answer
