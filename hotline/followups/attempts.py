"""What happened when we tried to reach somebody, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.followups.alerts import raise_alert
from hotline.followups.cadence import next_contact, worse_contact
from hotline.followups.calendar import hours_of, local_midnight
from hotline.followups.call_plans import Series, series_of, wish
from hotline.followups.claiming import get_task, give_back, hold
from hotline.followups.debriefs import owe
from hotline.followups.emergencies import open_emergency
from hotline.followups.finishing import finish
from hotline.followups.planning import TO_DO, open_tasks, plan_task, start_ladder
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from models.callers import Caller, Consent
from models.followups import Attempt, FollowUp
from triage import clocks
from triage.ladder import clock_of
from triage.service_hours import ServiceHours
from triage.vocabulary import (
    AttemptOutcome,
    CaseStatus,
    EscalationTarget,
    NextStep,
    Refusal,
    ResponseCode,
    Role,
    SafeContact,
    TaskKind,
    TaskStatus,
)

SHORTLY = timedelta(minutes=15)
NUMBER_IS_WRONG = (AttemptOutcome.WRONG_NUMBER, AttemptOutcome.BARRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptValues:
    """One try: how it ended, what was said, and what was agreed to come next.

    `next_at` is the agreed time (aware) for NextStep.AGREED_TIME; `wished_until` is the last day
    the person wishes to be called, None when they said nothing about it.
    """

    outcome: AttemptOutcome
    note: str = ""
    next_step: NextStep = NextStep.NEXT_CONTACT
    next_at: datetime | None = None
    wished_until: datetime | None = None
    by_hand: bool = True
    leg_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Moment:
    """Everything that is the same while one attempt is worked through."""

    session: Session
    actor: Actor
    task: FollowUp
    hours: ServiceHours
    now: datetime

    @property
    def code(self) -> ResponseCode:
        """The code of the case now; of the task where there is no case."""
        return self.task.case.code if self.task.case is not None else self.task.code


def record_attempt(
    session: Session, actor: Actor, public_id: str, values: AttemptValues, ports: Ports
) -> Attempt:
    """The attempt, kept for good, with the task moved on as its outcome asks.

    Somebody not reached is tried again at another time of day until the attempts of the code are
    used up; then a supervisor decides. Raises Refused when another person holds the task, when it
    is finished, or when the agreed time has passed.
    """
    now = ports.clock.now()
    task = get_task(session, actor, public_id, now)
    if task.status not in TO_DO:
        raise Refused(Refusal.FINISHED)
    if values.next_step is NextStep.AGREED_TIME and (values.next_at is None or values.next_at <= now):
        raise Refused(Refusal.TIME_PASSED)
    hold(session, actor, task, ports)
    hours = hours_of(session, task.centre_id, now)
    attempt = Attempt(
        follow_up_id=task.id, case_id=task.case_id, leg_id=values.leg_id, by_hand=values.by_hand,
        outcome=values.outcome, note=values.note or None, made_by_id=actor.user_id, made_at=now,
        next_step=values.next_step if values.outcome.reached else None,
    )
    session.add(attempt)
    task.attempts_made += 1
    task.called_again_at = None
    if task.case is not None:
        task.case.updated_at = now
        if task.case.status is CaseStatus.NEW:
            task.case.status = CaseStatus.OPEN
    session.flush()
    audit.record(session, actor, "follow_up.attempted", ("follow_up", task.id), at=now,
                 centre_id=task.centre_id, outcome=values.outcome.value)
    _move_on(_Moment(session, actor, task, hours, now), values)
    session.flush()
    return attempt


def _move_on(at: _Moment, values: AttemptValues) -> None:
    task = at.task
    match values.outcome:
        case AttemptOutcome.EMERGENCY:
            if task.case is not None:
                open_emergency(at.session, at.actor, task.case, at.now, call_id=task.call_id)
            finish(at.session, at.actor, task, values.outcome.value, at.now)
            _owe_talk(at, "emergency")
        case AttemptOutcome.DECEASED:
            _freeze(at)
            _owe_talk(at, "death")
        case AttemptOutcome.REACHED_DECLINED:
            _declined(at)
        case outcome if outcome.reached:
            finish(at.session, at.actor, task, outcome.value, at.now)
            _next_step(at, values)
        case AttemptOutcome.IN_HOSPITAL:
            # It is known where they are: no try was in vain, and after it the tries begin anew.
            task.attempts_made = 0
            later = values.next_at or at.now + clock_of(task.code).next_contact
            _put_off(task, later, at.hours, at.now)
        case outcome if outcome in NUMBER_IS_WRONG:
            escalate(at.session, task, at.now, why=outcome.value)
        case _:
            _try_again(at, values)


def _owe_talk(at: _Moment, why: str) -> None:
    """Note that a talk is due to whoever met this on the telephone."""
    owe(at.session, user_id=at.actor.user_id, centre_id=at.task.centre_id, why=why, now=at.now)


def _try_again(at: _Moment, values: AttemptValues) -> None:
    task = at.task
    made = list(
        at.session.scalars(
            select(Attempt.made_at)
            .where(Attempt.follow_up_id == task.id)
            .order_by(Attempt.made_at.desc())
            .limit(task.attempts_made)
        )
    )
    # A series counts from its first try: the window of a call planned weeks ago has not run yet.
    following = clocks.next_attempt(task.code, min(made), made, at.hours)
    if following.at is None:
        escalate(at.session, task, at.now, why="attempts_used")
        return
    wished = values.next_at if values.next_at and values.next_at > at.now else following.at
    _put_off(task, wished, at.hours, at.now)


def _put_off(task: FollowUp, at: datetime, hours: ServiceHours, now: datetime) -> None:
    """Plan the task for later; it goes back to the worker of the case, or to everybody.

    Until shortly before that time it stays out of the queue: somebody who did not answer a moment
    ago is not the next to be rung, however urgent.
    """
    give_back(task)
    task.owner_id = task.case.owner_id if task.case else None
    task.due_at = at
    opens = at - SHORTLY
    if opens > now:
        task.status, task.not_before = TaskStatus.SCHEDULED, opens
    start_ladder(task, hours)


def escalate(session: Session, task: FollowUp, now: datetime, *, why: str) -> None:
    """Pass the task to a supervisor, who decides what follows; they are told at once."""
    give_back(task)
    hours = hours_of(session, task.centre_id, now)
    task.status, task.owner_role = TaskStatus.ESCALATED, Role.SUPERVISOR.value
    task.due_at = now + clock_of(task.code).acknowledge
    start_ladder(task, hours)
    raise_alert(
        session, key=f"escalated:{task.id}:{int(now.timestamp())}", kind="escalated",
        to=EscalationTarget.SUPERVISOR, now=now, code=task.code, follow_up_id=task.id,
        case_id=task.case_id, centre_id=task.centre_id, facts={"why": why},
    )


def _next_step(at: _Moment, values: AttemptValues) -> None:
    task = at.task
    worse = values.outcome is AttemptOutcome.REACHED_WORSE
    if worse:
        raise_alert(
            at.session, key=f"worse:{task.id}", kind="worse", to=EscalationTarget.SHIFT_LEADER,
            now=at.now, code=at.code, follow_up_id=task.id, case_id=task.case_id,
            centre_id=task.centre_id,
        )
    if values.wished_until is not None and task.case_id is not None:
        # The wish outlives this call: every later one asks for it again.
        wish(at.session, task.case_id, values.wished_until, at.actor.user_id, at.now)
    series = series_of(at.session, task.case_id)
    match values.next_step:
        case NextStep.NEXT_CONTACT if worse:
            _plan_call(at, series, worse_contact(at.code, at.now, at.hours), step=task.cadence_step)
        case NextStep.NEXT_CONTACT:
            # In another series the days since the start count, not how many calls were made.
            same = task.cadence in (None, series.name)
            step = next_contact(
                at.code, now=at.now, start=task.cadence_from or task.created_at,
                step=task.cadence_step if same else None, hours=at.hours,
                template=series.template, wished_until=values.wished_until or series.until,
            )
            if step is not None:
                _plan_call(at, series, step.due, step=step.step)
        case NextStep.AGREED_TIME if values.next_at is not None:
            _plan_call(at, series, values.next_at, step=task.cadence_step)
        case NextStep.BOOKING | NextStep.SUPERVISOR as wanted:
            plan_task(
                at.session, code=at.code, centre_id=task.centre_id, now=at.now, case=task.case,
                kind=TaskKind.BOOKING_OFFER if wanted is NextStep.BOOKING
                else TaskKind.SUPERVISOR_DECISION,
                created_by_id=at.actor.user_id, dedupe_key=f"after:{task.id}:{wanted.value}",
            )
        case _:
            pass


def _plan_call(at: _Moment, series: Series, due: datetime, *, step: int | None) -> FollowUp:
    """The next call of the series, with the worker the person has just spoken to."""
    task, case, clock = at.task, at.task.case, clock_of(at.code)
    following = plan_task(
        at.session, kind=TaskKind.PHONE, code=at.code, centre_id=task.centre_id, now=at.now,
        due_at=due, limit_at=due + (clock.limit - clock.contact), case=case,
        owner_id=case.owner_id if case is not None and case.owner_id else at.actor.user_id,
        not_before=local_midnight(at.hours, due), cadence=series.name, cadence_step=step,
        line_id=task.line_id, language=task.language, created_by_id=at.actor.user_id,
        dedupe_key=f"after:{task.id}:call", is_practice=task.is_practice,
    )
    following.caller_id = following.caller_id or task.caller_id
    following.cadence_from = following.cadence_from or task.cadence_from or task.created_at
    return following


def _declined(at: _Moment) -> None:
    """Take down the person's word: no further calls. At C and above a supervisor looks at it."""
    session, task = at.session, at.task
    caller = session.get(Caller, task.caller_id) if task.caller_id else None
    if caller is not None and caller.contact_rule is not None:
        caller.contact_rule.follow_up = SafeContact.NO
        caller.contact_rule.withdrawn_at = at.now
    if caller is not None:
        session.add(
            Consent(caller_id=caller.id, kind="follow_up", given=False,
                    recorded_by_id=at.actor.user_id, recorded_at=at.now)
        )
    finish(session, at.actor, task, AttemptOutcome.REACHED_DECLINED.value, at.now)
    if task.code.at_least(ResponseCode.C):
        plan_task(
            session, kind=TaskKind.SUPERVISOR_DECISION, code=task.code, centre_id=task.centre_id,
            now=at.now, case=task.case, created_by_id=at.actor.user_id, rule_id="T-consent",
            dedupe_key=f"declined:{task.id}",
        )


def _freeze(at: _Moment) -> None:
    """Somebody has died: no call, no reminder, until a supervisor has spoken with the family."""
    session, task, case = at.session, at.task, at.task.case
    finish(session, at.actor, task, AttemptOutcome.DECEASED.value, at.now)
    if case is not None:
        case.status = CaseStatus.ON_HOLD
        for other in open_tasks(session, case.id):
            finish(session, at.actor, other, AttemptOutcome.DECEASED.value, at.now, cancelled=True)
        case.updated_at = at.now
    plan_task(
        session, kind=TaskKind.SUPERVISOR_DECISION, code=task.code, centre_id=task.centre_id,
        now=at.now, case=case, created_by_id=at.actor.user_id, dedupe_key=f"deceased:{task.id}",
    )
    raise_alert(
        session, key=f"deceased:{task.id}", kind="deceased", to=EscalationTarget.SUPERVISOR,
        now=at.now, code=task.code, follow_up_id=task.id, case_id=task.case_id,
        centre_id=task.centre_id,
    )
