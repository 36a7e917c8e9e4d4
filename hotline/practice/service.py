"""Use cases of practice: a simulated caller rings, speaks, answers and goes.

Everything happens on a call that is marked as practice and belongs to no line. No telephone is
involved, whatever provider is configured: nothing here writes an order to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, Subject, may, require
from hotline.calls.reading import call_subject
from hotline.calls.transcripts import STARTED, STOPPED
from hotline.outbox import post
from hotline.ports import Ports
from hotline.practice.scenario import Scenario, scenarios
from models.accounts import User
from models.calls import Call, CallEvent, CallLeg, TranscriptSegment
from models.practice import PracticeRun
from triage.vocabulary import (
    CallDirection,
    CallOutcome,
    CallStatus,
    LegOutcome,
    Role,
)

PROVIDER = "practice"
LONGEST_WORDS = 500
TAKES_CALLS = (Role.VOLUNTEER, Role.SHIFT_LEADER, Role.COUNSELLOR, Role.SUPERVISOR)


class Over(Exception):
    """The practice call is over, or has not been answered yet."""


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice call with what belongs to it."""

    call: Call
    run: PracticeRun
    scenario: Scenario

    @property
    def entries(self) -> list[dict[str, str]]:
        """What was said so far: dictionaries of `by`, `text`, `choice` and `at`."""
        return list((self.run.log or {}).get("entries", []))

    @property
    def made(self) -> frozenset[str]:
        """The choices made so far."""
        return frozenset(each["choice"] for each in self.entries if each.get("choice"))


def learners(session: Session, actor: Actor) -> list[User]:
    """Whom this person may ring for practice: themself, and as a supervisor everyone of their centres."""
    if not actor.has(Role.SUPERVISOR, Role.SHIFT_LEADER):
        return [session.get_one(User, actor.user_id)]
    people = session.scalars(
        select(User).where(User.active, User.left_at.is_(None)).order_by(User.display_name)
    ).unique()
    return [
        user for user in people
        if user.id == actor.user_id
        or ({centre.id for centre in user.centres} & actor.centre_ids and _takes_calls(user))
    ]


def _takes_calls(user: User) -> bool:
    return any(role.name in {each.value for each in TAKES_CALLS} for role in user.roles)


def begin(
    session: Session, actor: Actor, scenario: str, learner_public_id: str, ports: Ports
) -> Practice:
    """Let the simulated caller ring somebody; a call that still rings or runs is that one.

    Raises LookupError for an unknown scenario or person, Forbidden.
    """
    now = ports.clock.now()
    played = scenarios().get(scenario)
    learner = next((u for u in learners(session, actor) if u.public_id == learner_public_id), None)
    if played is None or learner is None or not learner.centres:
        raise LookupError(scenario)
    centre = min(centre.id for centre in learner.centres)
    require(actor, Permission.CALL_TAKE, Subject(centre_id=centre), now)
    running = session.scalar(
        select(PracticeRun)
        .where(PracticeRun.learner_id == learner.id, PracticeRun.ended_at.is_(None))
        .order_by(PracticeRun.id.desc()).limit(1)
    )  # fmt: skip
    if running is not None:
        return _practice(session, session.get_one(Call, running.call_id))
    call = Call(
        reference=ports.tokens.reference(), provider=PROVIDER, sid=ports.tokens.public_id(),
        direction=CallDirection.INBOUND, status=CallStatus.RINGING, outcome=CallOutcome.WAITING,
        source=PROVIDER, centre_id=centre, language=played.language.value, withheld=True,
        arrived_at=now, is_practice=True,
    )  # fmt: skip
    session.add(call)
    session.flush()
    session.add(CallLeg(call_id=call.id, user_id=learner.id, purpose=PROVIDER, planned_at=now,
                        submitted_at=now, outcome=LegOutcome.RINGING))
    run = PracticeRun(call_id=call.id, scenario=played.name, learner_id=learner.id,
                      started_by_id=actor.user_id, started_at=now)
    session.add(run)
    audit.record(session, actor, "practice.started", ("call", call.id), at=now, centre_id=centre,
                 scenario=played.name, learner_id=learner.id)
    session.flush()
    return Practice(call, run, played)


def find(session: Session, actor: Actor, public_id: str, ports: Ports) -> Practice:
    """A practice call, for its learner and for those who may read the centre's calls.

    Raises LookupError or Forbidden.
    """
    call = session.scalar(select(Call).where(Call.public_id == public_id, Call.is_practice))
    if call is None:
        raise LookupError(public_id)
    found = _practice(session, call)
    watches = may(actor, Permission.CALL_READ, call_subject(call), ports.clock.now())
    if found.run.learner_id != actor.user_id and not watches:
        raise Forbidden(Permission.CALL_READ)
    return found


def _practice(session: Session, call: Call) -> Practice:
    run = session.scalar(select(PracticeRun).where(PracticeRun.call_id == call.id))
    played = scenarios().get(run.scenario) if run is not None else None
    if run is None or played is None:
        raise LookupError(call.public_id)
    return Practice(call, run, played)


def _learners_own(session: Session, actor: Actor, public_id: str, ports: Ports) -> Practice:
    found = find(session, actor, public_id, ports)
    if found.run.learner_id != actor.user_id:
        raise Forbidden(Permission.CALL_TAKE)
    session.get(Call, found.call.id, with_for_update={"of": Call})
    session.refresh(found.run)
    return found


def answer(session: Session, actor: Actor, public_id: str, ports: Ports) -> Practice:
    """Pick up; a second time it is the same call. Raises LookupError, Forbidden or Over."""
    found = _learners_own(session, actor, public_id, ports)
    if found.call.ended_at is not None:
        raise Over
    if found.call.answered_at is not None:
        return found
    now, call = ports.clock.now(), found.call
    call.answered_at, call.answered_by_id = now, actor.user_id
    call.status, call.outcome, call.transcript_on = CallStatus.IN_PROGRESS, CallOutcome.ANSWERED, True
    for leg in call.legs:
        leg.outcome, leg.accepted_at = LegOutcome.ACCEPTED, now
    session.add(_event(call, STARTED, now))
    for line in found.scenario.says:
        _speak(session, found, "caller", line, now)
    return found


def choose(session: Session, actor: Actor, public_id: str, name: str, ports: Ports) -> Practice:
    """Say one of the things offered. Raises LookupError, Forbidden or Over."""
    found = _running(session, actor, public_id, ports)
    choice = next((each for each in found.scenario.open_to(found.made) if each.name == name), None)
    if choice is None:
        # Pressed twice, or an old page: what was said stays said once.
        return found
    now = ports.clock.now()
    _speak(session, found, "learner", choice.text, now, choice=choice.name)
    for line in choice.reply:
        _speak(session, found, "caller", line, now)
    if choice.ends:
        _end(session, found, now, by="caller")
    return found


def say(session: Session, actor: Actor, public_id: str, words: str, ports: Ports) -> Practice:
    """Say something in one's own words; the caller answers as somebody who half heard it.

    Raises LookupError, Forbidden or Over.
    """
    found = _running(session, actor, public_id, ports)
    words = " ".join(words.split())[:LONGEST_WORDS]
    if not words:
        return found
    now = ports.clock.now()
    own = sum(each["by"] == "learner" and not each.get("choice") for each in found.entries)
    _speak(session, found, "learner", words, now)
    answers = found.scenario.otherwise
    if answers:
        _speak(session, found, "caller", answers[own % len(answers)], now)
    return found


def hang_up(session: Session, actor: Actor, public_id: str, ports: Ports) -> Practice:
    """End the call; the report can still be written. Raises LookupError or Forbidden."""
    found = _learners_own(session, actor, public_id, ports)
    if found.call.ended_at is None:
        _end(session, found, ports.clock.now(), by="learner")
    return found


def _running(session: Session, actor: Actor, public_id: str, ports: Ports) -> Practice:
    found = _learners_own(session, actor, public_id, ports)
    if found.call.ended_at is not None or found.call.answered_at is None:
        raise Over
    return found


def _speak(
    session: Session, found: Practice, by: str, words: str, now: datetime, *, choice: str = ""
) -> None:
    """Write down what one of the two says, as the live transcript of a real call would."""
    entry = {"by": by, "text": words, "choice": choice, "at": now.isoformat()}
    found.run.log = {"entries": [*found.entries, entry]}
    track = "caller" if by == "caller" else "volunteer"
    segment = TranscriptSegment(
        call_id=found.call.id, session_sid=PROVIDER, sequence=len(found.entries), words=words,
        track=track, received_at=now, retain_until=now.replace(year=now.year + 1),
    )  # fmt: skip
    session.add(segment)
    session.flush()
    if track == "caller":
        post(session, "voice.read_words", now=now, dedupe_key=f"read:{segment.id}",
             call_id=found.call.id, segment_id=segment.id)  # fmt: skip


def _end(session: Session, found: Practice, now: datetime, *, by: str) -> None:
    call = found.call
    call.status, call.ended_at, found.run.ended_at = CallStatus.COMPLETED, now, now
    if call.answered_at is None:
        call.outcome = CallOutcome.ABANDONED
    else:
        call.duration_seconds = int((now - call.answered_at).total_seconds())
    for leg in call.legs:
        leg.ended_at = leg.ended_at or now
    session.add(_event(call, STOPPED, now, by=by))


def _event(call: Call, kind: str, now: datetime, **facts: str) -> CallEvent:
    return CallEvent(call_id=call.id, kind=kind, key=kind, received_at=now,
                     facts={"transcription": PROVIDER, **facts})


def of_learner(session: Session, user_id: int, limit: int = 30) -> list[Practice]:
    """The person's own practice calls, the newest first."""
    calls = session.scalars(
        select(Call).join(PracticeRun, PracticeRun.call_id == Call.id)
        .where(PracticeRun.learner_id == user_id)
        .order_by(PracticeRun.id.desc()).limit(limit)
    )  # fmt: skip
    return [_practice(session, call) for call in calls
            if _scenario_known(session, call)]


def of_centres(session: Session, actor: Actor, limit: int = 30) -> list[tuple[Practice, str]]:
    """Practice calls of others at the person's centres, with the learner's name, newest first."""
    if not actor.has(Role.SUPERVISOR, Role.SHIFT_LEADER) or not actor.centre_ids:
        return []
    rows = session.execute(
        select(Call, User.display_name)
        .join(PracticeRun, PracticeRun.call_id == Call.id)
        .join(User, User.id == PracticeRun.learner_id)
        .where(Call.centre_id.in_(actor.centre_ids), PracticeRun.learner_id != actor.user_id)
        .order_by(PracticeRun.id.desc()).limit(limit)
    )  # fmt: skip
    return [(_practice(session, call), name) for call, name in rows
            if _scenario_known(session, call)]


def _scenario_known(session: Session, call: Call) -> bool:
    name = session.scalar(select(PracticeRun.scenario).where(PracticeRun.call_id == call.id))
    return name in scenarios()
