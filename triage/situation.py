"""What routing looks at and what it answers, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from triage.reasons import Reason
from triage.vocabulary import (
    CallType,
    Jurisdiction,
    ResponseCode,
    Role,
    Route,
    SafeContact,
    Safeguard,
    TaskKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything the routing table asks about one contact.

    `code` is the effective code. `consent` is the answer to "may we ring you back". `reachable`
    says that a number is known at which the person at risk may be rung; a withheld number is not
    one. `no_contact` is the person's own wish, or a supervisor's, and overrides consent.
    `risk_asked` is False while questions of the screen are open. `child_at_risk` covers persons
    without full capacity too.
    """

    code: ResponseCode
    call_type: CallType = CallType.SELF
    consent: SafeContact = SafeContact.NOT_ASKED
    reachable: bool = False
    no_contact: bool = False
    risk_asked: bool = True
    harm_in_progress: bool = False
    child_at_risk: bool = False
    domestic_violence: bool = False
    threat_to_other: bool = False
    counselling_need: bool = False
    wants_face_to_face: bool = False
    followups_without_gain: int = 0
    programme_criteria: bool = False
    found_in_group: bool = False
    disorder_suspected: bool = False
    resource_need: bool = False
    basics_missing: bool = False
    legal_or_labour: bool = False
    enterprise_need: bool = False
    justice_request: bool = False
    incident: bool = False
    caller_plan: bool = False
    jurisdiction: Jurisdiction = Jurisdiction.MACAU

    @property
    def may_ring(self) -> bool:
        """True when the person said yes to a call, can be reached and did not ask us not to."""
        return self.consent is SafeContact.YES and self.reachable and not self.no_contact

    @property
    def refused(self) -> bool:
        """True when the person said no to a call, or asked for no contact at all."""
        return self.consent is SafeContact.NO or self.no_contact


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task to open: what, by when, the last moment it may be, and whose it is first."""

    kind: TaskKind
    due: datetime
    hard_limit: datetime
    owner_role: Role
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where the contact goes, by which row of the table, and the work this opens.

    `rule_id` is the row that gave the route; `constraints` are the rows that applied besides it
    and `also` the later rows that would have matched, shown to the worker so that a second need
    is not lost. `offers_booking` opens the booking page; it never cancels a follow-up.
    """

    route: Route
    rule_id: str
    code: ResponseCode
    reasons: tuple[Reason, ...]
    tasks: tuple[PlannedTask, ...]
    offers_booking: bool
    constraints: tuple[str, ...] = ()
    safeguards: frozenset[Safeguard] = frozenset()
    also: tuple[str, ...] = ()
