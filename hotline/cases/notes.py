"""Writes into a case's timeline: notes people type, and changes of state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission
from hotline.cases.reading import check_case
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from models.cases import Case, CaseNote
from triage.vocabulary import Refusal


def add_note(session: Session, actor: Actor, case: Case, text: str, ports: Ports) -> CaseNote:
    """The note, in the timeline for good. Raises Refused when nothing was typed."""
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_WRITE, now)
    if not text.strip():
        raise Refused(Refusal.NEEDS_REASON)
    note = CaseNote(case_id=case.id, kind="note", text=text.strip(), author_id=actor.user_id,
                    written_at=now)
    session.add(note)
    case.updated_at = now
    session.flush()
    audit.record(session, actor, "case.noted", ("case", case.id), at=now, centre_id=case.centre_id)
    return note


def note_fact(
    session: Session, actor: Actor | None, case: Case, kind: str, now: datetime, *,
    text: str | None = None, **facts: Any,
) -> CaseNote:
    """A change of state told in the timeline; `facts` hold codes and ids, never words of a person."""
    note = CaseNote(
        case_id=case.id, kind=kind, text=text, facts=facts,
        author_id=actor.user_id if actor else None, written_at=now,
    )
    session.add(note)
    return note
