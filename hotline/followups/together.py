"""Alerts of one case as one line: how far it has climbed, who was told, and one answer for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Actor
from hotline.followups.alerts import acknowledge, get_alert, may_answer
from hotline.followups.ladder import pass_on
from hotline.ports import Ports
from models.followups import IS_UNANSWERED, Alert
from triage.vocabulary import EscalationTarget, ResponseCode

STEPS = tuple(EscalationTarget)
EMERGENCIES = ("emergency", "emergency_unconfirmed")


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one case (or call, or task): all its alerts, the oldest first.

    `first` stays the same while more are told, so that a page can hold on to the line.
    """

    alerts: tuple[Alert, ...]

    @property
    def first(self) -> Alert:
        """The oldest alert."""
        return self.alerts[0]

    @property
    def last(self) -> int:
        """The id of the newest alert: an answer reaches no further than what was shown."""
        return max(alert.id for alert in self.alerts)

    @property
    def code(self) -> ResponseCode | None:
        """The most urgent code among them."""
        codes = [alert.code for alert in self.alerts if alert.code]
        return max(codes, key=lambda code: code.rank, default=None)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is told, each once, in the order it was."""
        return tuple(dict.fromkeys(alert.kind for alert in self.alerts))

    @property
    def highest(self) -> EscalationTarget:
        """How far up it has come."""
        return max((EscalationTarget(alert.to_role) for alert in self.alerts), key=STEPS.index)

    @property
    def people(self) -> tuple[int, ...]:
        """The ids of those told by name, each once."""
        named = (alert.to_user_id for alert in self.alerts if alert.to_user_id is not None)
        return tuple(dict.fromkeys(named))

    @property
    def since(self) -> datetime:
        """When the first of them was told."""
        return self.first.raised_at

    def answerable(self, actor: Actor) -> Alert | None:
        """The alert through which this person may answer for the line, None where they may not."""
        return next((alert for alert in self.alerts if may_answer(actor, alert)), None)


def _key(alert: Alert) -> tuple[object, ...]:
    """What an alert is about. An emergency keeps a line of its own: it must not go with others."""
    urgent = alert.kind in EMERGENCIES
    for kind in ("case_id", "call_id", "follow_up_id"):
        if getattr(alert, kind) is not None:
            return (urgent, kind, getattr(alert, kind))
    return (urgent, "id", alert.id)


def together(alerts: Iterable[Alert]) -> list[Told]:
    """The alerts, one line for each case; the most urgent line first, then the oldest."""
    lines: dict[tuple[object, ...], list[Alert]] = {}
    for alert in sorted(alerts, key=lambda each: (each.raised_at, each.id)):
        lines.setdefault(_key(alert), []).append(alert)
    told = [Told(tuple(line)) for line in lines.values()]
    return sorted(told, key=lambda line: (-(line.code.rank if line.code else -1), line.since))


def _line_of(session: Session, actor: Actor, alert: Alert, up_to: int | None) -> list[Alert]:
    """The other open alerts of the same line that the person may answer."""
    (_urgent, name, value) = _key(alert)
    if name == "id":
        return []
    query = select(Alert).where(
        IS_UNANSWERED, getattr(Alert, str(name)) == value, Alert.id != alert.id
    )
    if up_to is not None:
        query = query.where(Alert.id <= up_to)
    return [
        each for each in session.scalars(query.order_by(Alert.id))
        if _key(each) == _key(alert) and may_answer(actor, each)
    ]


def _each(
    session: Session, actor: Actor, public_id: str, up_to: int | None,
    act: Callable[[str], object],
) -> list[object]:
    head = get_alert(session, actor, public_id)
    others = [alert.public_id for alert in _line_of(session, actor, head, up_to)]
    return [act(address) for address in (public_id, *others)]


def acknowledge_together(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, up_to: int | None = None
) -> int:
    """Say "I have it" for everything open of the same case; gives how many alerts that were.

    Only what the person may answer is taken; what was raised after `up_to` still stands.
    """
    return len(_each(session, actor, public_id, up_to,
                     lambda each: acknowledge(session, actor, each, ports)))


def pass_on_together(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, up_to: int | None = None
) -> bool:
    """Hand the whole line up; False when nobody stands above."""
    return any(_each(session, actor, public_id, up_to,
                     lambda each: pass_on(session, actor, each, ports)))
