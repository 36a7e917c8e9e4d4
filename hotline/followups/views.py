"""The queue: what to do next and why, in a list that refreshes itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from flask_babel import get_locale

from hotline.access.policy import Actor, Permission, may_enter
from hotline.followups import (
    views_alerts,  # noqa: F401 - each adds its pages
    views_series,  # noqa: F401
    views_task,  # noqa: F401
)
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.blueprint import blueprint
from hotline.followups.handover import waiting
from hotline.followups.places import my_centres
from hotline.followups.queue import QueueFilter, QueueKeys, queue_keys, queue_page
from hotline.transaction import db
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from hotline.web.words import word
from triage.vocabulary import Language, TaskKind

__all__ = ["blueprint"]

REFRESH_SECONDS = 60


def wanted_filter() -> QueueFilter:
    """What the address asks for; anything unknown is left out."""
    values = request.args
    kinds = {kind.value: kind for kind in TaskKind}
    languages = {language.value for language in Language}
    centres = {centre.public_id: centre.id for centre in my_centres(db.session(), current_actor())}
    language = values.get("language", "")
    return QueueFilter(
        centre_id=centres.get(values.get("centre", "")),
        language=language if language in languages else None,
        kind=kinds.get(values.get("kind", "")),
        mine=values.get("show") == "mine",
        planned=values.get("show") == "planned",
        after=values.get("after"),
    )


def page_etag(keys: QueueKeys, now: datetime) -> str:
    """The mark of the list: what is in it, in which words, and the minute its times are told in."""
    minute = int(now.timestamp()) // REFRESH_SECONDS
    return keys.etag(get_locale(), minute, request.query_string.decode())


def reads_hand_overs() -> bool:
    """True for those who may take over from the last shift."""
    return any(may_enter(current_actor(), one) for one in (Permission.WALL_SEE, Permission.CASE_WRITE))


@blueprint.get("/queue")
@guard(Permission.FOLLOW_UP_WORK)
@answering
def queue() -> Answer:
    """The work list; the first line says what to do next."""
    actor, now, wanted = current_actor(), ports().clock.now(), wanted_filter()
    keys = queue_keys(db.session(), actor, wanted)
    return render_template(
        "followups/queue.html",
        **_rows(actor, keys, wanted, now),
        centres=my_centres(db.session(), actor),
        languages=[(each.value, word(each)) for each in Language],
        kinds=[(each.value, word(each)) for each in TaskKind],
        tabs=_tabs(wanted),
        etag=page_etag(keys, now),
        here=request.args.to_dict(),
        unread=len(waiting(db.session(), actor.centre_ids)) if reads_hand_overs() else 0,
    )


@blueprint.get("/queue/rows")
@guard(Permission.FOLLOW_UP_WORK)
@answering
def queue_rows() -> Answer:
    """The list alone, for refreshing; 304 while nothing in it has changed."""
    actor, now, wanted = current_actor(), ports().clock.now(), wanted_filter()
    keys = queue_keys(db.session(), actor, wanted)
    etag = page_etag(keys, now)
    if request.if_none_match.contains(etag):
        return _fresh(make_response("", 304), etag)
    body = render_template("followups/rows.html", **_rows(actor, keys, wanted, now))
    return _fresh(make_response(body), etag)


def _fresh(answer: Response, etag: str) -> Response:
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _rows(actor: Actor, keys: QueueKeys, wanted: QueueFilter, now: datetime) -> dict[str, Any]:
    page = queue_page(db.session(), actor, keys, now, first_page=not wanted.after)
    values: dict[str, Any] = request.args.to_dict()
    values.pop("after", None)
    following = (
        url_for("followups.queue", **{**values, "after": page.next_after})
        if page.next_after else None
    )
    return {"page": page, "now": now, "following": following, "wanted": wanted,
            "first_address": url_for("followups.queue", **values) if wanted.after else None}


def _tabs(wanted: QueueFilter) -> list[tuple[str, str, bool]]:
    values: dict[str, Any] = {
        key: value for key, value in request.args.items() if key not in ("show", "after")
    }
    return [
        ("todo", url_for("followups.queue", **values), not (wanted.mine or wanted.planned)),
        ("mine", url_for("followups.queue", **{**values, "show": "mine"}), wanted.mine),
        ("planned", url_for("followups.queue", **{**values, "show": "planned"}), wanted.planned),
    ]
