"""The routing table as rows: when each applies, where it leads, and the work it opens.

Rows R-01 to R-19 are those of practice.md 11.2 by number. Rows from R-20 say what the table says
in words: an unasked risk goes to the shift leader, and so does whatever fits no row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from triage.situation import Situation
from triage.vocabulary import CallType, ResponseCode, Role, Route, SafeContact, Safeguard, TaskKind

Condition = Callable[[Situation], bool]

HIGH = frozenset({ResponseCode.B, ResponseCode.C})
CALM = frozenset({ResponseCode.D, ResponseCode.E})
ENOUGH_FOLLOWUPS = 3
"""Follow-ups without gain after which the telephone alone is taken not to be enough."""

NUISANCE = frozenset(
    {
        CallType.SILENT,
        CallType.BLANK,
        CallType.HANG_UP,
        CallType.WRONG_NUMBER,
        CallType.PRANK,
        CallType.ABUSIVE,
        CallType.SEXUAL,
        CallType.TEST,
    }
)


def always(_situation: Situation) -> bool:
    """Answer yes whatever the situation."""
    return True


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task a row opens: its kind, when it is opened at all, and what differs from the default.

    `same_day` makes it due by the end of the local day. `why` is the id of its own sentence,
    empty where that of the row says it.
    """

    kind: TaskKind
    when: Condition = always
    owner: Role | None = None
    same_day: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `route` None marks a constraint, which adds its work to any route."""

    rule_id: str
    applies: Condition
    route: Route | None
    tasks: tuple[TaskRow, ...] = ()
    offers_booking: bool = False
    safeguards: frozenset[Safeguard] = frozenset()
    catch_all: bool = False


def may_ring(s: Situation) -> bool:
    """True when a call to the person is allowed and possible."""
    return s.may_ring


def _may_not_ring(s: Situation) -> bool:
    return not s.may_ring


def _risk_open(s: Situation) -> bool:
    return not s.risk_asked


def _emergency(s: Situation) -> bool:
    return s.harm_in_progress or s.code is ResponseCode.A


def _unassessed(s: Situation) -> bool:
    return s.code is ResponseCode.U


def _high_and_willing(s: Situation) -> bool:
    return s.code in HIGH and s.may_ring


def _high_and_unwilling(s: Situation) -> bool:
    # Nobody asked is no consent either, but where there is a number somebody can still decide.
    unasked = s.consent is SafeContact.NOT_ASKED and s.reachable
    return s.code in HIGH and (s.refused or unasked)


def _high_and_unreachable(s: Situation) -> bool:
    return s.code in HIGH and not s.reachable


def _other_need(s: Situation) -> bool:
    return (
        s.disorder_suspected
        or s.resource_need
        or s.basics_missing
        or s.legal_or_labour
        or s.enterprise_need
        or s.justice_request
    )


def _needs_counselling(s: Situation) -> bool:
    """True for a stated need, for every D, and for an E that has no other need."""
    return s.counselling_need or s.code is ResponseCode.D or not _other_need(s)


def _wants_to_be_seen(s: Situation) -> bool:
    willing = s.consent is SafeContact.YES and not s.no_contact
    return s.code in CALM and _needs_counselling(s) and s.wants_face_to_face and willing


def _telephone_is_not_enough(s: Situation) -> bool:
    return s.followups_without_gain >= ENOUGH_FOLLOWUPS or s.programme_criteria or s.found_in_group


def _only_phone(s: Situation) -> bool:
    # "Only phone" cannot mean a telephone that has already been shown not to be enough.
    return (
        s.code in CALM and _needs_counselling(s) and s.may_ring and not _telephone_is_not_enough(s)
    )


def _programme_fits(s: Situation) -> bool:
    return s.code in CALM and s.may_ring and _telephone_is_not_enough(s)


def _nothing_further(s: Situation) -> bool:
    if s.call_type in NUISANCE or s.wants_face_to_face:
        return False
    # E goes by agreement: without one, or without a number, there is nothing to plan. A D that
    # nobody asked for consent is looked at instead.
    by_agreement = s.code is ResponseCode.E and not s.may_ring
    return s.code is ResponseCode.N or by_agreement or (s.code in CALM and s.refused)


def _nuisance(s: Situation) -> bool:
    return s.call_type in NUISANCE and s.code in (ResponseCode.N, ResponseCode.E)


CONSTRAINTS: tuple[Row, ...] = (
    Row(
        "R-05",
        lambda s: s.child_at_risk,
        None,
        (TaskRow(TaskKind.MANDATORY_REPORT),),
        safeguards=frozenset({Safeguard.MANDATORY_REPORT}),
    ),
    Row(
        "R-06",
        lambda s: s.domestic_violence,
        None,
        (TaskRow(TaskKind.REFERRAL), TaskRow(TaskKind.PHONE, when=may_ring)),
        safeguards=frozenset({Safeguard.SAFE_CONTACT_ONLY}),
    ),
    Row(
        "R-16",
        lambda s: s.incident,
        None,
        (TaskRow(TaskKind.INCIDENT_NOTICE),),
        safeguards=frozenset({Safeguard.INCIDENT_VISIBLE}),
    ),
    Row(
        "R-17",
        lambda s: s.caller_plan,
        None,
        (TaskRow(TaskKind.ASSESS_RISK, when=_risk_open, why="T-ask"),),
        safeguards=frozenset({Safeguard.CALLER_PLAN}),
    ),
    Row(
        "R-22",
        lambda s: s.basics_missing,
        None,
        (TaskRow(TaskKind.RESOURCE, same_day=True),),
        safeguards=frozenset({Safeguard.SAME_DAY_RESOURCE}),
    ),
    Row(
        "R-23",
        lambda s: s.threat_to_other,
        None,
        (TaskRow(TaskKind.SUPERVISOR_DECISION),),
        safeguards=frozenset({Safeguard.POLICE_DECISION}),
    ),
)
"""Rows that bind whatever the route is; all that apply add their work."""

ROUTES: tuple[Row, ...] = (
    Row(
        "R-01",
        _emergency,
        Route.EMERGENCY,
        (
            TaskRow(TaskKind.EMERGENCY),
            TaskRow(TaskKind.PHONE, when=may_ring, why="T-check"),
            TaskRow(TaskKind.SUPERVISOR_DECISION, when=_may_not_ring, why="T-consent"),
        ),
    ),
    Row(
        "R-20",
        _unassessed,
        Route.SHIFT_LEADER_REVIEW,
        (TaskRow(TaskKind.ASSESS_RISK), TaskRow(TaskKind.PHONE, when=may_ring)),
    ),
    Row(
        "R-02",
        _high_and_willing,
        Route.PHONE_AND_BOOKING,
        (TaskRow(TaskKind.PHONE), TaskRow(TaskKind.BOOKING_OFFER)),
        offers_booking=True,
    ),
    Row(
        "R-03",
        _high_and_unwilling,
        Route.SUPERVISOR_DECISION,
        (TaskRow(TaskKind.SUPERVISOR_DECISION),),
        safeguards=frozenset({Safeguard.NO_DIAL}),
    ),
    Row(
        "R-04",
        _high_and_unreachable,
        Route.SAFETY_ON_CALL,
        # At B a supervisor is consulted in any case: the ladder asks for it within 15 minutes.
        (TaskRow(TaskKind.SUPERVISOR_DECISION, when=lambda s: s.code is ResponseCode.B),),
        safeguards=frozenset({Safeguard.NO_DIAL, Safeguard.CALL_AGAIN_ALERT}),
    ),
    Row(
        "R-07",
        _wants_to_be_seen,
        Route.FACE_TO_FACE,
        (
            TaskRow(TaskKind.BOOKING_OFFER),
            TaskRow(TaskKind.PHONE, when=lambda s: s.code is ResponseCode.D and s.may_ring),
        ),
        offers_booking=True,
    ),
    Row("R-08", _only_phone, Route.PHONE, (TaskRow(TaskKind.PHONE),)),
    Row(
        "R-09",
        _programme_fits,
        Route.PROGRAMME,
        (TaskRow(TaskKind.BOOKING_OFFER), TaskRow(TaskKind.PHONE)),
        offers_booking=True,
    ),
    Row("R-10", lambda s: s.disorder_suspected, Route.REFERRAL, (TaskRow(TaskKind.REFERRAL),)),
    Row(
        "R-11",
        lambda s: s.resource_need or s.basics_missing,
        Route.RESOURCE,
        (TaskRow(TaskKind.RESOURCE),),
    ),
    Row("R-12", lambda s: s.legal_or_labour, Route.REFERRAL, (TaskRow(TaskKind.REFERRAL),)),
    Row(
        "R-13",
        lambda s: s.enterprise_need,
        Route.SERVICE_ORDER,
        (TaskRow(TaskKind.REFERRAL, owner=Role.PROGRAMME_OFFICER),),
    ),
    Row(
        "R-14",
        lambda s: s.justice_request,
        Route.JUSTICE,
        (TaskRow(TaskKind.REFERRAL, owner=Role.SUPERVISOR),),
    ),
    Row(
        "R-15",
        lambda s: s.call_type is CallType.ANOTHER,
        Route.COACH_CALLER,
        (TaskRow(TaskKind.ASSESS_RISK, when=_risk_open, why="T-ask"),),
    ),
    Row("R-18", _nothing_further, Route.INFORMATION, catch_all=True),
    Row("R-19", _nuisance, Route.NO_CASE, catch_all=True),
    Row(
        "R-21",
        always,
        Route.SHIFT_LEADER_REVIEW,
        (TaskRow(TaskKind.ROUTE_REVIEW),),
        catch_all=True,
    ),
)
"""Rows of which the first that applies gives the route; the last always does."""
