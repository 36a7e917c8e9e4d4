"""Who may do what: one table of roles and permissions, each within a scope.

A guard asks `may_enter` (may this person come in at all); the service asks `may` again with the
facts of the one record (may they do this to this one). Both always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from triage.vocabulary import ResponseCode, Role


class Permission(StrEnum):
    """One thing somebody may do, named subject:act."""

    CALL_TAKE = "call:take"
    CALL_READ = "call:read"
    REPORT_WRITE = "report:write"
    REPORT_READ = "report:read"
    REPORT_EDIT = "report:edit"
    REPORT_ADD = "report:add"
    NUMBER_REVEAL = "number:reveal"
    CALLER_SEARCH = "caller:search"
    FOLLOW_UP_WORK = "follow_up:work"
    FOLLOW_UP_ASSIGN = "follow_up:assign"
    RISK_RATE = "risk:rate"
    RISK_LOWER = "risk:lower"
    RISK_LOWER_HIGH = "risk:lower_high"
    RISK_REVIEW = "risk:review"
    CASE_READ = "case:read"
    CASE_WRITE = "case:write"
    CASE_OPEN = "case:open"
    CASE_ASSIGN = "case:assign"
    CASE_PROPOSE_CLOSING = "case:propose_closing"
    CASE_CLOSE = "case:close"
    BOOKING_READ = "booking:read"
    BOOKING_WRITE = "booking:write"
    BOOKING_REQUEST = "booking:request"
    SESSIONS_EXTEND = "sessions:extend"
    EMERGENCY_ACT = "emergency:act"
    RECORDING_HEAR = "recording:hear"
    NUMBER_BLOCK = "number:block"
    NO_CONTACT_SET = "no_contact:set"
    WALL_SEE = "wall:see"
    ALERT_ACKNOWLEDGE = "alert:acknowledge"
    ROSTER_WRITE = "roster:write"
    SETTINGS_WRITE = "settings:write"
    PEOPLE_MANAGE = "people:manage"
    REPORTS_SEE = "reports:see"
    FIGURES_SEE = "figures:see"
    OUTREACH_WORK = "outreach:work"
    MODEL_GOVERN = "model:govern"
    AUDIT_READ = "audit:read"
    RETENTION_RUN = "retention:run"
    OWN_ACCOUNT = "account:own"


class Scope(Enum):
    """Over which records a permission reaches."""

    OWN = "own"
    OWN_24_HOURS = "own, written within 24 hours"
    OWN_28_DAYS = "own, written within 28 days"
    ASSIGNED = "assigned to the person"
    ASSIGNED_LOW = "assigned to the person, code D or E"
    SHIFT = "of the person's running shift"
    CENTRE = "of the person's centres"
    AGENCY = "of the whole agency"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting: a person and what the guards know of them."""

    user_id: int
    name: str
    roles: frozenset[Role]
    centre_ids: frozenset[int]
    language: str = "en"
    session_id: str = ""
    in_training: bool = False

    def has(self, *roles: Role) -> bool:
        """True when the person holds one of the roles."""
        return any(role in self.roles for role in roles)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the policy must know of a record. Unknown facts (None) never open a door."""

    centre_id: int | None = None
    creator_id: int | None = None
    owner_id: int | None = None
    created_at: datetime | None = None
    code: ResponseCode | None = None
    in_actors_shift: bool = False


class Forbidden(Exception):
    """The person may not do this, or not to this record."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission.value)
        self.permission = permission


_P = Permission
_S = Scope

ROLE_PERMISSIONS: dict[Role, dict[Permission, Scope]] = {
    Role.VOLUNTEER: {
        _P.CALL_TAKE: _S.CENTRE, _P.CALL_READ: _S.OWN_28_DAYS, _P.REPORT_WRITE: _S.OWN,
        _P.REPORT_READ: _S.OWN_28_DAYS, _P.REPORT_EDIT: _S.OWN_24_HOURS, _P.RISK_RATE: _S.OWN,
        _P.FOLLOW_UP_WORK: _S.ASSIGNED_LOW, _P.CASE_READ: _S.ASSIGNED_LOW,
        _P.BOOKING_REQUEST: _S.OWN, _P.EMERGENCY_ACT: _S.OWN, _P.NO_CONTACT_SET: _S.OWN,
        _P.OUTREACH_WORK: _S.ASSIGNED, _P.REPORTS_SEE: _S.OWN,
    },
    Role.SHIFT_LEADER: {
        _P.CALL_TAKE: _S.CENTRE, _P.CALL_READ: _S.CENTRE, _P.REPORT_WRITE: _S.CENTRE,
        _P.REPORT_READ: _S.SHIFT, _P.REPORT_EDIT: _S.OWN_24_HOURS, _P.NUMBER_REVEAL: _S.CENTRE,
        _P.FOLLOW_UP_WORK: _S.CENTRE, _P.FOLLOW_UP_ASSIGN: _S.CENTRE, _P.RISK_RATE: _S.CENTRE,
        _P.RISK_LOWER: _S.CENTRE, _P.RISK_REVIEW: _S.CENTRE, _P.CASE_READ: _S.CENTRE,
        _P.CASE_OPEN: _S.CENTRE, _P.CASE_ASSIGN: _S.CENTRE, _P.BOOKING_READ: _S.CENTRE,
        _P.BOOKING_WRITE: _S.CENTRE, _P.BOOKING_REQUEST: _S.CENTRE, _P.EMERGENCY_ACT: _S.CENTRE,
        _P.NUMBER_BLOCK: _S.CENTRE, _P.NO_CONTACT_SET: _S.CENTRE, _P.WALL_SEE: _S.CENTRE,
        _P.ALERT_ACKNOWLEDGE: _S.CENTRE, _P.REPORTS_SEE: _S.SHIFT,
    },
    Role.COUNSELLOR: {
        _P.CALL_TAKE: _S.CENTRE, _P.CALL_READ: _S.CENTRE, _P.REPORT_WRITE: _S.CENTRE,
        _P.REPORT_READ: _S.CENTRE, _P.REPORT_EDIT: _S.OWN_24_HOURS, _P.NUMBER_REVEAL: _S.ASSIGNED,
        _P.CALLER_SEARCH: _S.CENTRE, _P.FOLLOW_UP_WORK: _S.CENTRE, _P.RISK_RATE: _S.CENTRE,
        _P.RISK_LOWER: _S.ASSIGNED, _P.RISK_REVIEW: _S.ASSIGNED, _P.CASE_READ: _S.CENTRE,
        _P.CASE_WRITE: _S.CENTRE, _P.CASE_OPEN: _S.CENTRE, _P.CASE_ASSIGN: _S.CENTRE,
        _P.CASE_PROPOSE_CLOSING: _S.ASSIGNED, _P.BOOKING_READ: _S.CENTRE,
        _P.BOOKING_WRITE: _S.CENTRE, _P.BOOKING_REQUEST: _S.CENTRE, _P.EMERGENCY_ACT: _S.CENTRE,
        _P.NUMBER_BLOCK: _S.CENTRE, _P.NO_CONTACT_SET: _S.CENTRE,
        _P.ALERT_ACKNOWLEDGE: _S.ASSIGNED, _P.OUTREACH_WORK: _S.CENTRE, _P.REPORTS_SEE: _S.OWN,
    },
    Role.SUPERVISOR: {
        _P.CALL_TAKE: _S.CENTRE, _P.CALL_READ: _S.CENTRE, _P.REPORT_WRITE: _S.CENTRE,
        _P.REPORT_READ: _S.CENTRE, _P.REPORT_EDIT: _S.OWN_24_HOURS, _P.REPORT_ADD: _S.CENTRE,
        _P.NUMBER_REVEAL: _S.CENTRE, _P.CALLER_SEARCH: _S.CENTRE, _P.FOLLOW_UP_WORK: _S.CENTRE,
        _P.FOLLOW_UP_ASSIGN: _S.CENTRE, _P.RISK_RATE: _S.CENTRE, _P.RISK_LOWER: _S.CENTRE,
        _P.RISK_LOWER_HIGH: _S.CENTRE, _P.RISK_REVIEW: _S.CENTRE, _P.CASE_READ: _S.CENTRE,
        _P.CASE_WRITE: _S.CENTRE, _P.CASE_OPEN: _S.CENTRE, _P.CASE_ASSIGN: _S.CENTRE,
        _P.CASE_PROPOSE_CLOSING: _S.CENTRE, _P.CASE_CLOSE: _S.CENTRE, _P.BOOKING_READ: _S.CENTRE,
        _P.BOOKING_WRITE: _S.CENTRE, _P.BOOKING_REQUEST: _S.CENTRE, _P.EMERGENCY_ACT: _S.CENTRE,
        _P.SESSIONS_EXTEND: _S.CENTRE,
        _P.RECORDING_HEAR: _S.CENTRE, _P.NUMBER_BLOCK: _S.CENTRE, _P.NO_CONTACT_SET: _S.CENTRE,
        _P.WALL_SEE: _S.CENTRE, _P.ALERT_ACKNOWLEDGE: _S.CENTRE, _P.ROSTER_WRITE: _S.CENTRE,
        _P.REPORTS_SEE: _S.CENTRE, _P.FIGURES_SEE: _S.CENTRE, _P.OUTREACH_WORK: _S.CENTRE,
        _P.MODEL_GOVERN: _S.AGENCY,
    },
    Role.MANAGER: {
        _P.BOOKING_READ: _S.CENTRE, _P.ROSTER_WRITE: _S.CENTRE, _P.REPORTS_SEE: _S.CENTRE,
        _P.FIGURES_SEE: _S.CENTRE, _P.OUTREACH_WORK: _S.CENTRE, _P.ALERT_ACKNOWLEDGE: _S.CENTRE,
    },
    Role.PROGRAMME_OFFICER: {_P.REPORTS_SEE: _S.CENTRE, _P.OUTREACH_WORK: _S.CENTRE},
    Role.PRIVACY_OFFICER: {
        _P.AUDIT_READ: _S.AGENCY, _P.RETENTION_RUN: _S.AGENCY, _P.REPORTS_SEE: _S.AGENCY,
    },
    Role.ADMINISTRATOR: {_P.SETTINGS_WRITE: _S.AGENCY, _P.PEOPLE_MANAGE: _S.AGENCY,
                         _P.ROSTER_WRITE: _S.AGENCY},
}


def may_enter(actor: Actor, permission: Permission) -> bool:
    """True when some role of the person has the permission over something."""
    if permission is Permission.OWN_ACCOUNT:
        return True
    return any(permission in ROLE_PERMISSIONS[role] for role in actor.roles)


def may(actor: Actor, permission: Permission, subject: Subject, now: datetime) -> bool:
    """True when some role of the person has the permission over this record."""
    scopes = {
        ROLE_PERMISSIONS[role][permission]
        for role in actor.roles
        if permission in ROLE_PERMISSIONS[role]
    }
    return any(_reaches(scope, actor, subject, now) for scope in scopes)


def require(actor: Actor, permission: Permission, subject: Subject, now: datetime) -> None:
    """Raise Forbidden unless the person has the permission over this record."""
    if not may(actor, permission, subject, now):
        raise Forbidden(permission)


def widest(actor: Actor, permission: Permission) -> Scope | None:
    """The widest scope the person has for a permission: what a list may show at most."""
    order = list(Scope)
    scopes = [
        ROLE_PERMISSIONS[role][permission]
        for role in actor.roles
        if permission in ROLE_PERMISSIONS[role]
    ]
    return max(scopes, key=order.index, default=None)


def _within(subject: Subject, now: datetime, span: timedelta) -> bool:
    return subject.created_at is not None and now - subject.created_at <= span


def _reaches(scope: Scope, actor: Actor, subject: Subject, now: datetime) -> bool:
    is_creator = subject.creator_id == actor.user_id
    is_owner = subject.owner_id == actor.user_id
    match scope:
        case Scope.AGENCY:
            return True
        case Scope.CENTRE:
            return subject.centre_id is not None and subject.centre_id in actor.centre_ids
        case Scope.SHIFT:
            return is_creator or subject.in_actors_shift
        case Scope.ASSIGNED:
            return is_owner
        case Scope.ASSIGNED_LOW:
            return is_owner and subject.code in (ResponseCode.D, ResponseCode.E, ResponseCode.N)
        case Scope.OWN:
            return is_creator or is_owner
        case Scope.OWN_28_DAYS:
            return (is_creator or is_owner) and _within(subject, now, timedelta(days=28))
        case Scope.OWN_24_HOURS:
            return is_creator and _within(subject, now, timedelta(hours=24))
