"""What became of the callers: counted at the provider, and compared with what the house knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from benchmarks.stand import Stand
from hotline import config as configuration
from hotline.adapters.simulation.core import Core
from hotline.adapters.simulation.legs import Leg
from hotline.app import create_app
from hotline.transaction import dispose, unit_of_work
from hotline.voice import prompts, reconciling, sweeping
from models.calls import Call
from models.followups import FollowUp
from triage.vocabulary import CallOutcome, Language, TaskKind

THANKS = tuple(prompts.text("callback_thanks", language) for language in Language)
# The periodic jobs look at a quiet call after two minutes; nobody wants to wait for them here.
LATER = timedelta(minutes=5)


@dataclass(frozen=True)
class Row:
    """What one fault did."""

    name: str
    offered: int
    helped: int
    logged: int
    from_list: int
    duplicated: int
    lost: int
    slowest: float
    seconds: float
    why: Counter[str]


class Later:
    """A clock that is a little ahead."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The instant it stands at."""
        return self._now


def count(stand: Stand, name: str, seconds: float, *, catch_up: bool = True) -> Row:
    """Catch up as the periodic jobs would, then count.

    A call is lost when it is not in the log or not closed there, and also when what the caller had
    is not: the message they left, the call back they were promised, the person they talked with.
    It is doubled when it is there twice, is nobody's, made two tasks of one wish, or rang somebody
    twice for one intent.
    """
    app = create_app(configuration.read(stand.env))
    board = app.extensions["hotline.voice"]
    ports = app.extensions["hotline.ports"]
    with app.app_context():
        if catch_up:
            # A machine that is busy with the next fault is no outage.
            board.keeper.limit = 30.0
            board.replay()
            now = ports.clock.now()
            reconciling.reconcile(ports, now - timedelta(hours=2))
            later = replace(ports, clock=Later(now + LATER))
            sweeping.sweep(later)
            sweeping.sweep_legs(later)
        with unit_of_work() as session:
            rows = session.query(Call).filter(Call.direction == "inbound").all()
            why, logged = lost(session, stand.placed, rows)
            twice = doubled(session, stand.network.core, stand.placed, rows)
    board.keeper.close()
    dispose(app)
    slowest = max((second for leg in stand.placed for second in leg.record.seconds), default=0.0)
    return Row(
        name, len(stand.placed), sum(map(helped, stand.placed)), logged,
        sum(row.source == "reconciled" for row in rows), twice, why.total(), slowest, seconds, why,
    )  # fmt: skip


def helped(leg: Leg) -> bool:
    """True for somebody who got something: a person, a message taken, a promise; or who left."""
    record = leg.record
    if record.bridged_with or record.voicemail_seconds or promised(leg):
        return True
    return not record.dropped and record.ended_by == "itself"


def promised(leg: Leg) -> bool:
    """True when the caller was told that somebody will call back."""
    return any(thanks in heard for heard in leg.record.heard for thanks in THANKS)


def lost(session: Session, placed: list[Leg], rows: list[Call]) -> tuple[Counter[str], int]:
    """(callers that are missing or lack something of theirs, by what it is; how many are logged)."""
    calls = {row.sid: row for row in rows}
    wishes = {
        task for (task,) in session.query(FollowUp.call_id).filter(
            FollowUp.kind == TaskKind.CALL_BACK.value
        )
    }  # fmt: skip
    why: Counter[str] = Counter()
    for leg in placed:
        call = calls.get(leg.sid)
        if call is None:
            why["not in the log"] += 1
        elif call.ended_at is None:
            why["never closed"] += 1
        elif leg.record.voicemail_seconds and not call.voicemail_sid:
            why["message"] += 1
        elif promised(leg) and call.id not in wishes:
            why["promise to call back"] += 1
        elif leg.record.bridged_with and call.outcome is not CallOutcome.ANSWERED:
            why["who talked"] += 1
    return why, sum(leg.sid in calls for leg in placed)


def doubled(session: Session, core: Core, placed: list[Leg], rows: list[Call]) -> int:
    """How many things are there twice: calls, tasks of one wish, rings for one intent."""
    known = {leg.sid for leg in placed}
    sids = Counter(row.sid for row in rows)
    twice = sum(number - 1 for number in sids.values()) + len(set(sids) - known)
    tasks = Counter(session.query(FollowUp.call_id, FollowUp.kind).all())
    twice += sum(number - 1 for (call, _kind), number in tasks.items() if call is not None)
    intents = Counter(
        leg.first.url.partition("?")[0]
        for leg in core.legs.values()
        if leg.direction == "outbound-api" and leg.first is not None
    )
    return twice + sum(number - 1 for number in intents.values())
