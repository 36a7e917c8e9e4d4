"""A text somebody sent that is no answer to ours: kept, made a person's task, read for risk.

No machine answers it. Several texts of one person are one task while that task is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, Subject, may
from hotline.bookings import texting
from hotline.followups.alerts import INTERRUPTING, raise_alert
from hotline.followups.calendar import hours_of
from hotline.followups.claiming import subject_of
from hotline.followups.planning import UNFINISHED, as_facts, plan_task, tighten
from hotline.governance.gates import current_policy
from hotline.outbox import post
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.voice import arrival, listening, logbook
from hotline.voice.signals import Signal
from models.callers import Caller
from models.crypto import ring
from models.followups import FollowUp
from models.texts import TextMessage
from triage import clocks
from triage.live import Live, LiveSignal
from triage.vocabulary import EscalationTarget, ResponseCode, TaskKind

READ = "texts.read"
KEPT = timedelta(days=90)
LONGEST = 1600


class NotThere(Exception):
    """There is no such text, or its time is over."""


def take(session: Session, signal: Signal, ports: Ports) -> TextMessage | None:
    """Take a text: a stop and the answers to a reminder do what they say, the rest is kept.

    Gives what was kept; told twice it is the same.
    """
    body, number = signal.get("Body")[:LONGEST], signal.from_number
    if number is not None and texting.take_text(session, number, body, ports) is not None:
        return None
    if number is None and texting.wants_no_texts(body):
        return None
    sid = (signal.get("MessageSid") or signal.get("SmsSid") or signal.key)[:128]
    known = session.scalar(
        select(TextMessage).where(TextMessage.provider == ports.provider, TextMessage.sid == sid)
    )
    if known is not None:
        return known
    text = _keep(session, signal, ports, sid, body)
    if not arrival.number_blocked(session, text.from_hash, signal.received_at):
        _make_task(session, text, signal.received_at)
    post(session, READ, now=signal.received_at, dedupe_key=f"text:{text.id}", text_id=text.id)
    return text


def _keep(session: Session, signal: Signal, ports: Ports, sid: str, body: str) -> TextMessage:
    number = signal.from_number
    line = logbook.find_line(session, signal.to_number)
    # A sender that is no number is nobody's identity; its texts still belong together.
    key = logbook.number_hash(number) if number else ring.index("sender", signal.get("From"))
    text = TextMessage(
        provider=ports.provider, sid=sid, from_number=number, from_hash=key,
        sender=None if number else signal.get("From")[:255] or None,
        line_id=line.id if line else None,
        centre_id=line.centre_id if line else logbook.first_centre(session),
        body=body, pictures=signal.number("NumMedia") or 0, received_at=signal.received_at,
        retain_until=signal.received_at + KEPT,
    )  # fmt: skip
    if number is not None:
        text.caller_id = logbook.known_caller(session, key)
    session.add(text)
    session.flush()
    return text


def _make_task(session: Session, text: TextMessage, now: datetime) -> FollowUp | None:
    """The open task of this person's texts, or a new one."""
    if text.centre_id is None:
        return None
    task = session.scalar(
        select(FollowUp)
        .join(TextMessage, TextMessage.follow_up_id == FollowUp.id)
        .where(TextMessage.from_hash == text.from_hash, FollowUp.status.in_(UNFINISHED),
               FollowUp.centre_id == text.centre_id)
        .order_by(FollowUp.id.desc()).limit(1)
    )  # fmt: skip
    if task is None:
        caller = session.get(Caller, text.caller_id) if text.caller_id else None
        task = plan_task(
            session, kind=TaskKind.VOICEMAIL, code=ResponseCode.U, centre_id=text.centre_id, now=now,
            caller=caller, line_id=text.line_id, language=caller.language if caller else None,
            dedupe_key=f"text:{text.id}",
        )  # fmt: skip
    text.follow_up_id = task.id
    return task


def examine(ports: Ports, text_id: int) -> ResponseCode | None:
    """Read a text for risk; gives the code it asks for, None for no sign.

    A sign brings the task forward and, from B on, tells the person in charge at once. It changes no
    code: a person reads the text and decides. A blocked number's text becomes a task here.
    """
    with unit_of_work() as session:
        text = session.get(TextMessage, text_id)
        if text is None or text.examined_at is not None:
            return None
        body, policy = text.body, current_policy(session)
    heard = Live().feed(
        body, reader=ports.read_phrases, predictor=listening.predictor_of(ports), policy=policy
    ).signal(policy)
    now = ports.clock.now()
    with unit_of_work() as session:
        text = session.get_one(TextMessage, text_id, with_for_update=True)
        if text.examined_at is not None:
            return None
        text.examined_at = now
        if heard is None:
            return None
        text.suggested_code = heard.code.value
        text.reasons = {"reasons": [as_facts(each) for each in heard.reasons]}
        _bring_forward(session, text, heard, now)
    return heard.code


def _bring_forward(
    session: Session, text: TextMessage, heard: LiveSignal, now: datetime
) -> None:
    task = session.get(FollowUp, text.follow_up_id) if text.follow_up_id else None
    task = task or _make_task(session, text, now)
    if task is None:
        return
    hours = hours_of(session, task.centre_id, now)
    tighten(
        task, code=task.code, rank=heard.code.rank, hours=hours,
        due_at=clocks.due(heard.code, task.kind, now, hours),
        limit_at=clocks.hard_limit(heard.code, task.kind, now, hours),
    )  # fmt: skip
    task.reason = as_facts(heard.reasons[0])
    if heard.code in INTERRUPTING:
        raise_alert(
            session, key=f"text:{text.id}", kind="text", code=heard.code, now=now,
            to=EscalationTarget.SUPERVISOR if heard.code is ResponseCode.A
            else EscalationTarget.SHIFT_LEADER,
            centre_id=task.centre_id, follow_up_id=task.id,
        )  # fmt: skip


def of_task(session: Session, task: FollowUp) -> Sequence[TextMessage]:
    """The texts a task is about, the oldest first."""
    return session.scalars(
        select(TextMessage).where(TextMessage.follow_up_id == task.id)
        .order_by(TextMessage.received_at, TextMessage.id)
    ).all()  # fmt: skip


def read(session: Session, actor: Actor, public_id: str, ports: Ports) -> Sequence[TextMessage]:
    """The text and the others of its task, after who read them has been written down.

    For whoever works the task, or may hear what was left at this centre. Raises NotThere or
    Forbidden.
    """
    text = session.scalar(select(TextMessage).where(TextMessage.public_id == public_id))
    if text is None:
        raise NotThere
    now = ports.clock.now()
    task = session.get(FollowUp, text.follow_up_id) if text.follow_up_id else None
    works = task is not None and may(actor, Permission.FOLLOW_UP_WORK, subject_of(task), now)
    here = Subject(centre_id=text.centre_id)
    if not works and not may(actor, Permission.RECORDING_HEAR, here, now):
        raise Forbidden(Permission.RECORDING_HEAR)
    found = of_task(session, task) if task is not None else [text]
    for each in found:
        if each.read_at is None:
            each.read_at, each.read_by_id = now, actor.user_id
    audit.record(session, actor, "text.read", ("text", text.id), at=now, centre_id=text.centre_id,
                 count=len(found))  # fmt: skip
    return found
