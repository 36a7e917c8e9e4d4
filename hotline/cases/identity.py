"""Who the person is, as far as we may know: shown only after the audit row is written."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, require
from hotline.cases.reading import subject_of
from hotline.ports import Ports
from models.callers import Caller
from models.cases import Case


@dataclass(frozen=True, slots=True)
class Identity:
    """The names and numbers of a person, whole."""

    name: str | None
    alias: str | None
    numbers: tuple[str, ...]
    address: str | None
    employer: str | None


def reveal_identity(
    session: Session, actor: Actor, case: Case, reason: str, ports: Ports
) -> Identity:
    """Names and numbers of the case's person; the caller commits before anything is shown.

    Raises Forbidden. The audit row says who looked, when and why.
    """
    now = ports.clock.now()
    require(actor, Permission.NUMBER_REVEAL, subject_of(session, actor, case), now)
    audit.record(session, actor, "identity.revealed", ("case", case.id), at=now,
                 centre_id=case.centre_id, reason=reason or None, caller_id=case.caller_id)
    session.flush()
    caller = session.get(Caller, case.caller_id) if case.caller_id else None
    if caller is None:
        return Identity(None, None, (), None, None)
    known = caller.identity
    numbers = [number.number for number in caller.numbers if number.number]
    if caller.contact_rule is not None and caller.contact_rule.number:
        numbers.append(caller.contact_rule.number)
    return Identity(
        known.name if known else None, known.alias if known else None,
        tuple(dict.fromkeys(numbers)), known.address if known else None,
        known.employer if known else None,
    )
