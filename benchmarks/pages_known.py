"""The pages and jobs that are measured, found in an archive, each with who opens it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from benchmarks.archives import ENDS
from hotline.demo.agency import PASSWORD
from hotline.jobs.embedded import Engine
from hotline.jobs.registry import JobContext, registry
from hotline.transaction import db
from hotline.voice import volunteers
from models.agency import Centre, Line
from models.bookings import Appointment
from models.callers import Caller, CallerNumber
from models.cases import Case
from models.followups import FollowUp
from models.reports import ContactReport
from triage.vocabulary import CaseStatus, TaskStatus

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
NOT_MEASURED = ("voice.reconcile", "voice.replay")
"""Jobs that look at the provider and at the disk, not at the archive."""


@dataclass(frozen=True, slots=True)
class Page:
    """Something to be measured: its name, and how it is done once."""

    name: str
    do: Callable[[], None]


class Changed(Exception):
    """What should have been as before has changed meanwhile (a minute went by): measure again."""


class Visitor:
    """Somebody signed in."""

    def __init__(self, app: Flask, username: str) -> None:
        self._client: FlaskClient = app.test_client()
        self._token = ""
        self.get("/sign-in")
        answer = self.post("/sign-in", username=username, password=PASSWORD)
        if answer.status_code != 302:
            msg = f"{username} could not sign in"
            raise RuntimeError(msg)

    @property
    def cookie(self) -> str:
        """The session as a browser sends it."""
        found = self._client.get_cookie("session")
        return f"session={found.value}" if found else ""

    def get(self, path: str, *wants: int, **headers: str) -> TestResponse:
        """Open a page. Raises RuntimeError for an answer that is none of these (200 if none is named)."""
        answer = self._client.get(path, headers=headers)
        if answer.status_code not in (wants or (200,)):
            msg = f"{path} answered {answer.status_code}"
            raise RuntimeError(msg)
        found = TOKEN.search(answer.text) if answer.mimetype == "text/html" else None
        self._token = found.group(1) if found else self._token
        return answer

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form."""
        return self._client.post(path, data={"csrf_token": self._token, **fields})


def pages_of(app: Flask) -> list[Page]:
    """Every page, in the same order for every archive."""
    with app.app_context(), Session(db.engine) as session:
        known = _known(session)
    counsellor, volunteer = Visitor(app, "counsellor"), Visitor(app, "volunteer")
    supervisor, privacy = Visitor(app, "supervisor"), Visitor(app, "privacy")

    def page(name: str, who: Visitor, path: str, wants: int = 200) -> Page:
        return Page(name, lambda: _open(who, path, wants))

    long, nightly = known["long"], known["nightly"]
    return [
        page("queue", counsellor, "/queue"),
        page("queue: my work", counsellor, "/queue?show=mine"),
        page("queue: planned", counsellor, "/queue?show=planned"),
        page("queue: poll, changed", counsellor, "/queue/rows"),
        _unchanged("queue: poll, unchanged", counsellor, "/queue/rows"),
        page("one follow-up", counsellor, f"/follow-ups/{known['task']}"),
        page("case timeline", counsellor, f"/cases/{long}"),
        page("case timeline, older", counsellor, f"/cases/{long}?before={known['middle']}"),
        page("case timeline, rings nightly", counsellor, f"/cases/{nightly}"),
        page("caller's page", counsellor, f"/cases/{long}/person"),
        page("caller's page, rings nightly", counsellor, f"/cases/{nightly}/person"),
        page("cases: open", counsellor, "/cases"),
        page("cases: closed", counsellor, "/cases?show=closed"),
        page("cases: mine", counsellor, "/cases?show=mine"),
        Page("search by number", lambda: _search(counsellor, known["number"])),
        Page("search by alias", lambda: _search(counsellor, "阿明")),
        Page("search by reference", lambda: _search(counsellor, known["reference"])),
        page("week of a centre", counsellor, f"/week?of=centre:{known['centre']}"),
        page("week of mine", counsellor, "/week"),
        page("earliest slot", counsellor, f"/cases/{known['open']}/book"),
        page("one appointment", counsellor, f"/appointments/{known['appointment']}"),
        page("waiting list", counsellor, "/waiting"),
        page("groups", counsellor, "/groups"),
        page("desk", volunteer, "/desk"),
        page("desk: poll, changed", volunteer, "/desk/now"),
        _unchanged("desk: poll, unchanged", volunteer, "/desk/now"),
        page("report of a known caller", supervisor, f"/desk/reports/{known['report']}"),
        page("wall", supervisor, "/wall"),
        page("wall: poll, changed", supervisor, "/wall/now"),
        _unchanged("wall: poll, unchanged", supervisor, "/wall/now"),
        page("alerts: poll, supervisor", supervisor, "/alerts/strip"),
        _unchanged("alerts: poll, unchanged", supervisor, "/alerts/strip"),
        page("alerts: list", supervisor, "/alerts"),
        page("hand-over", supervisor, "/hand-over"),
        page("quality", supervisor, "/quality"),
        page("governance", supervisor, "/triage"),
        page("governance: missed", supervisor, "/triage/missed"),
        page("governance: models", supervisor, "/triage/models"),
        page("audit log", privacy, "/settings/audit-log"),
        page("audit log of a person", privacy, f"/settings/audit-log?person={known['person']}"),
        page("audit log of an act", privacy, "/settings/audit-log?act=case.closed"),
        page("audit log of a rare act", privacy, "/settings/audit-log?act=model.registered"),
        page("audit log of a case", privacy, f"/settings/audit-log?reference={known['reference']}"),
        page("audit log of a day", privacy, f"/settings/audit-log?since={ENDS:%Y-%m-%d}"),
    ]


def jobs_of(app: Flask) -> list[Page]:
    """Every periodic job, and the look into the outbox."""
    context = JobContext(app.extensions["hotline.ports"], app.config["HOTLINE"])
    engine = Engine(app, registry, context, "bench")

    def job(name: str) -> Page:
        def run() -> None:
            with app.app_context():
                registry.periodic[name].run(context)

        return Page(f"job {name}", run)

    def look() -> None:
        engine.deliver_due()

    def candidates() -> None:
        with app.app_context(), Session(db.engine) as session:
            line = session.scalars(select(Line).order_by(Line.id)).first()
            if line is not None:
                volunteers.on_shift(session, line, context.ports.clock.now())

    named = [name for name in sorted(registry.periodic) if name not in NOT_MEASURED]
    return [Page("whom to ring", candidates), Page("job outbox", look), *(job(name) for name in named)]


def _open(who: Visitor, path: str, wants: int) -> None:
    who.get(path, wants)


def _unchanged(name: str, who: Visitor, path: str) -> Page:
    """A poll with the mark of the last answer; raises Changed where that mark was out of date."""
    mark = [""]

    def poll() -> None:
        before = mark[0]
        answer = who.get(path, 200, 304, **_if_none_match(before))
        mark[0] = answer.headers.get("ETag", before)
        if before and answer.status_code != 304:
            raise Changed

    return Page(name, poll)


def _if_none_match(mark: str) -> dict[str, str]:
    return {"If-None-Match": mark, "X-Fragment": "1"} if mark else {}


def _search(who: Visitor, words: str) -> None:
    answer = who.post("/cases/search", part="search", text=words)
    if answer.status_code not in (200, 302):
        msg = f"the search answered {answer.status_code}"
        raise RuntimeError(msg)


def _known(session: Session) -> dict[str, Any]:
    """What the pages are about: the same things in every archive."""
    rings = (
        select(Case).join(Caller, Caller.id == Case.caller_id)
        .where(Caller.is_frequent, Case.status != CaseStatus.CLOSED).order_by(Case.id)
    )
    nightly, long = session.scalars(rings).all()[:2]
    other = session.scalars(
        select(Case).where(Case.status == CaseStatus.OPEN, Case.id > long.id).order_by(Case.id)
    ).first()
    number = session.scalars(
        select(CallerNumber).where(CallerNumber.caller_id == long.caller_id)
    ).first()
    if other is None or number is None:
        msg = "this is no archive of ours"
        raise RuntimeError(msg)
    return {
        "nightly": nightly.public_id, "long": long.public_id, "open": other.public_id,
        "reference": long.reference, "number": number.number,
        "middle": "2026-01-05T00:00:00%2B00:00",
        "task": session.scalar(
            select(FollowUp.public_id).where(FollowUp.case_id == other.id, FollowUp.status == TaskStatus.OPEN)
        ) or session.scalar(
            select(FollowUp.public_id).where(FollowUp.status == TaskStatus.OPEN).limit(1)
        ),
        "centre": session.scalar(select(Centre.public_id).order_by(Centre.id).limit(1)),
        "appointment": session.scalar(
            select(Appointment.public_id).where(Appointment.starts_at > ENDS)
            .order_by(Appointment.id).limit(1)
        ),
        "report": session.scalar(
            select(ContactReport.public_id).where(ContactReport.case_id == nightly.id)
            .order_by(ContactReport.id.desc()).limit(1)
        ),
        "person": _person(session),
    }


def _person(session: Session) -> str:
    from models.accounts import User

    return session.scalars(select(User.public_id).where(User.username == "volunteer")).one()
