"""The words every part of the system shares: one enum for each concept, and nothing else.

Values are what is stored and sent; the words a person reads live with the pages, one translation
each. This module imports only the standard library, so that a page which needs an enum does not
load a classifier.
"""

from __future__ import annotations

from enum import StrEnum


class ResponseCode(StrEnum):
    """How soon we respond: the letters of the telephone mental-health triage scales.

    U means a counselling contact whose risk was not asked; it ranks with C until a person looks.
    """

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    N = "N"
    U = "U"

    @property
    def rank(self) -> int:
        """Order of urgency, 0 (N) to 5 (A); U ranks as C."""
        return _RANK[self]

    def at_least(self, other: ResponseCode) -> bool:
        """True when this code asks for a response as soon as, or sooner than, the other."""
        return self.rank >= other.rank


_RANK = {
    ResponseCode.N: 0,
    ResponseCode.E: 1,
    ResponseCode.D: 2,
    ResponseCode.C: 3,
    ResponseCode.U: 3,
    ResponseCode.B: 4,
    ResponseCode.A: 5,
}


def highest(*codes: ResponseCode | None) -> ResponseCode | None:
    """The most urgent of the codes given, None when there is none; a stated C goes before U."""
    stated = [code for code in codes if code is not None]
    if not stated:
        return None
    return max(stated, key=lambda code: (code.rank, code is not ResponseCode.U))


class RiskLevel(StrEnum):
    """The classifier's four levels; they say how sure it is that somebody should look."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    IMMINENT = "imminent"

    @property
    def code(self) -> ResponseCode:
        """The response code this level suggests (low E, moderate D, high C, imminent B)."""
        return _LEVEL_CODE[self]


_LEVEL_CODE = {
    RiskLevel.LOW: ResponseCode.E,
    RiskLevel.MODERATE: ResponseCode.D,
    RiskLevel.HIGH: ResponseCode.C,
    RiskLevel.IMMINENT: ResponseCode.B,
}


class Language(StrEnum):
    """A language spoken on the line (Cantonese and Mandarin apart)."""

    CANTONESE = "yue"
    MANDARIN = "cmn"
    PORTUGUESE = "pt"
    ENGLISH = "en"


class Role(StrEnum):
    """What a person may do here; somebody may hold several."""

    VOLUNTEER = "volunteer"
    SHIFT_LEADER = "shift_leader"
    COUNSELLOR = "counsellor"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    PROGRAMME_OFFICER = "programme_officer"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"


class CallType(StrEnum):
    """What kind of call it was: the first question of the contact report, one key each."""

    SELF = "self"
    ANOTHER = "another"
    INFORMATION = "information"
    PRACTICAL = "practical"
    CONSULT = "consult"
    SURVEY = "survey"
    TRANSFER = "transfer"
    SILENT = "silent"
    BLANK = "blank"
    HANG_UP = "hang_up"
    WRONG_NUMBER = "wrong_number"
    PRANK = "prank"
    ABUSIVE = "abusive"
    SEXUAL = "sexual"
    TEST = "test"
    OFFICE = "office"
    OUTGOING = "outgoing"

    @property
    def is_counselling(self) -> bool:
        """True for a contact in which risk is asked about."""
        return self in (CallType.SELF, CallType.ANOTHER)

    @property
    def is_help(self) -> bool:
        """True for contacts counted as help given; silent, prank and the like are not."""
        return self in _HELP_TYPES


_HELP_TYPES = frozenset(
    (CallType.SELF, CallType.ANOTHER, CallType.INFORMATION, CallType.PRACTICAL, CallType.CONSULT,
     CallType.SURVEY, CallType.TRANSFER)
)


class AboutWhom(StrEnum):
    """Whom a caller worries about, seen from the caller."""

    PARTNER = "partner"
    CHILD = "child"
    PARENT = "parent"
    RELATIVE = "relative"
    FRIEND = "friend"
    COLLEAGUE = "colleague"
    OTHER = "other"


class Channel(StrEnum):
    """How the contact reached us."""

    PHONE = "phone"
    WALK_IN = "walk_in"
    PAPER = "paper"
    ONLINE = "online"
    OUTREACH = "outreach"


class Answer(StrEnum):
    """The answer to one risk question."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    NOT_ASKED = "not_asked"


class Question(StrEnum):
    """The risk questions. The first six carry the meanings of the field's screener, in our words."""

    WISH_DEAD = "wish_dead"
    THOUGHTS = "thoughts"
    METHOD = "method"
    INTENT = "intent"
    PLAN = "plan"
    ACTED_EVER = "acted_ever"
    ACTED_3_MONTHS = "acted_3_months"
    ACTED_2_WEEKS = "acted_2_weeks"
    ACTING_NOW = "acting_now"
    MEANS_IN_HAND = "means_in_hand"
    WITHIN_72_HOURS = "within_72_hours"
    WITHIN_WEEK = "within_week"
    OVERDOSE = "overdose"
    INTOXICATED = "intoxicated"
    CONFUSED = "confused"
    NO_SUPPORT = "no_support"
    HIGH_DISTRESS = "high_distress"
    ALONE = "alone"
    SELF_HARM = "self_harm"
    HARMED_BY_OTHER = "harmed_by_other"
    VIOLENCE_IMMINENT = "violence_imminent"
    VIOLENCE_CRITICAL = "violence_critical"
    THREAT_TO_OTHER = "threat_to_other"
    CHILD_AT_RISK = "child_at_risk"
    ELDER_AT_RISK = "elder_at_risk"
    BASICS_MISSING = "basics_missing"


class NotAskedReason(StrEnum):
    """Why risk was not asked about."""

    CALLER_ENDED = "caller_ended"
    CALLER_REFUSED = "caller_refused"
    NOT_SAFE_TO_TALK = "not_safe_to_talk"
    THIRD_PARTY_DOES_NOT_KNOW = "third_party_does_not_know"
    ASKED_RECENTLY = "asked_recently"
    NOT_APPROPRIATE = "not_appropriate"
    OTHER = "other"


class ProtectiveFactor(StrEnum):
    """What holds the person; it is told to the next worker and never lowers a code."""

    SUPPORT_NOW = "support_now"
    FAMILY = "family"
    FRIENDS = "friends"
    PLANS = "plans"
    ENGAGED = "engaged"
    AMBIVALENT = "ambivalent"
    VALUES = "values"
    IN_CARE = "in_care"
    RESPONSIBILITY = "responsibility"


class Problem(StrEnum):
    """What the person asked help with. A problem is never risk by itself."""

    LAID_OFF = "laid_off"
    UNPAID_LEAVE = "unpaid_leave"
    WAGE_ARREARS = "wage_arrears"
    INCOME_LOSS = "income_loss"
    WORK_STRESS = "work_stress"
    WORKPLACE_CONFLICT = "workplace_conflict"
    WORK_INJURY = "work_injury"
    DISMISSAL = "dismissal"
    CAREER_CHANGE = "career_change"
    DEBT = "debt"
    GAMBLING = "gambling"
    MONEY = "money"
    HOUSING = "housing"
    FAMILY = "family"
    MARRIAGE = "marriage"
    PARENTING = "parenting"
    DOMESTIC_VIOLENCE = "domestic_violence"
    BEREAVEMENT = "bereavement"
    LONELINESS = "loneliness"
    MOOD = "mood"
    ANXIETY = "anxiety"
    SLEEP = "sleep"
    TRAUMA = "trauma"
    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    MENTAL_ILLNESS = "mental_illness"
    PHYSICAL_HEALTH = "physical_health"
    SUBSTANCE = "substance"
    STUDY = "study"
    LEGAL = "legal"
    RESOURCE = "resource"
    OTHER = "other"


class SafeContact(StrEnum):
    """May we do this to reach the person? Not asked is treated as no."""

    YES = "yes"
    NO = "no"
    NOT_ASKED = "not_asked"


class CallStatus(StrEnum):
    """Where a call stands; it moves forward only (see rank)."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no_answer"
    CANCELED = "canceled"

    @property
    def rank(self) -> int:
        """0 queued … 4 for any terminal status."""
        return _STATUS_RANK.get(self, 4)

    @property
    def is_final(self) -> bool:
        """True when the provider says the call is over."""
        return self.rank == 4


_STATUS_RANK = {
    CallStatus.QUEUED: 0,
    CallStatus.INITIATED: 1,
    CallStatus.RINGING: 2,
    CallStatus.IN_PROGRESS: 3,
}


class CallDirection(StrEnum):
    """Who rang whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallOutcome(StrEnum):
    """How an incoming call was served, decided by us and not by the provider's status."""

    WAITING = "waiting"
    ANSWERED = "answered"
    CALLBACK_ASKED = "callback_asked"
    VOICEMAIL = "voicemail"
    ABANDONED = "abandoned"
    AFTER_HOURS = "after_hours"
    MISSED = "missed"
    TRANSFERRED = "transferred"
    LOGGED_BY_HAND = "logged_by_hand"


class LegOutcome(StrEnum):
    """What became of one attempt to ring somebody."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    RINGING = "ringing"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    TOO_LATE = "too_late"
    DECLINED = "declined"
    NO_KEY = "no_key"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Route(StrEnum):
    """Where a contact goes next."""

    EMERGENCY = "emergency"
    PHONE = "phone"
    PHONE_AND_BOOKING = "phone_and_booking"
    SUPERVISOR_DECISION = "supervisor_decision"
    SAFETY_ON_CALL = "safety_on_call"
    FACE_TO_FACE = "face_to_face"
    PROGRAMME = "programme"
    RESOURCE = "resource"
    REFERRAL = "referral"
    SERVICE_ORDER = "service_order"
    JUSTICE = "justice"
    INFORMATION = "information"
    NO_CASE = "no_case"
    COACH_CALLER = "coach_caller"
    SHIFT_LEADER_REVIEW = "shift_leader_review"


class TaskKind(StrEnum):
    """What a follow-up task asks for."""

    PHONE = "phone"
    EMERGENCY = "emergency"
    BOOKING_OFFER = "booking_offer"
    WAITING_CHECK = "waiting_check"
    SUPERVISOR_DECISION = "supervisor_decision"
    REVIEW_SUGGESTION = "review_suggestion"
    ASSESS_RISK = "assess_risk"
    MANDATORY_REPORT = "mandatory_report"
    REFERRAL = "referral"
    RESOURCE = "resource"
    CALL_BACK = "call_back"
    VOICEMAIL = "voicemail"
    MISSED_CALL = "missed_call"
    NO_SHOW_CHECK = "no_show_check"
    INCIDENT_NOTICE = "incident_notice"
    ROUTE_REVIEW = "route_review"


class TaskStatus(StrEnum):
    """Where a follow-up task stands. Overdue is not stored: it is due, and late."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    ESCALATED = "escalated"
    DONE = "done"
    CANCELLED = "cancelled"


class AttemptOutcome(StrEnum):
    """What happened when we tried to reach somebody."""

    REACHED_BETTER = "reached_better"
    REACHED_SAME = "reached_same"
    REACHED_WORSE = "reached_worse"
    REACHED_DECLINED = "reached_declined"
    THIRD_PARTY = "third_party"
    VOICEMAIL_LEFT = "voicemail_left"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    BARRED = "barred"
    IN_HOSPITAL = "in_hospital"
    DECEASED = "deceased"
    EMERGENCY = "emergency"

    @property
    def reached(self) -> bool:
        """True when the person themself was spoken to."""
        return self in _REACHED


_REACHED = frozenset(
    (AttemptOutcome.REACHED_BETTER, AttemptOutcome.REACHED_SAME, AttemptOutcome.REACHED_WORSE,
     AttemptOutcome.REACHED_DECLINED)
)


class CaseStatus(StrEnum):
    """Where a case stands."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    COUNSELLING = "counselling"
    ON_HOLD = "on_hold"
    CLOSING = "closing"
    CLOSED = "closed"


class CaseKind(StrEnum):
    """What kind of help the case is for; a case may carry counselling and resource both."""

    COUNSELLING = "counselling"
    RESOURCE = "resource"
    BOTH = "both"
    OTHER = "other"


class ClosureReason(StrEnum):
    """Why a case was closed."""

    GOALS_MET = "goals_met"
    ENGAGED_ELSEWHERE = "engaged_elsewhere"
    REFERRED_RECEIVED = "referred_received"
    DECLINED = "declined"
    UNABLE_TO_REACH = "unable_to_reach"
    MOVED = "moved"
    DUPLICATE = "duplicate"
    DECEASED = "deceased"
    INFORMATION_ONLY = "information_only"
    SERVICE_REFUSED = "service_refused"


class LoweringReason(StrEnum):
    """Why a person lowered a code another person gave."""

    MORE_FACTS = "more_facts"
    SUPPORT_ARRIVED = "support_arrived"
    SAFETY_PLAN = "safety_plan"
    RATED_IN_ERROR = "rated_in_error"
    NOT_A_DISCLOSURE = "not_a_disclosure"
    OTHER = "other"


class AppointmentStatus(StrEnum):
    """Where an appointment stands."""

    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    LATE_CANCEL = "late_cancel"
    CANCELLED = "cancelled"
    MOVED = "moved"

    @property
    def holds_slot(self) -> bool:
        """True while the time stays reserved for the counsellor, the room and the person."""
        return self in _HOLDS_SLOT


_HOLDS_SLOT = frozenset(
    (AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED, AppointmentStatus.ATTENDED,
     AppointmentStatus.NO_SHOW)
)


class AppointmentMode(StrEnum):
    """Where a session takes place."""

    ONSITE = "onsite"
    ONLINE = "online"
    PHONE = "phone"
    HOME = "home"


class CentreStatus(StrEnum):
    """Whether people can come to a centre."""

    OPEN = "open"
    LIMITED = "limited"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class LineStatus(StrEnum):
    """Whether a hotline number takes calls."""

    PLANNED = "planned"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class RingStrategy(StrEnum):
    """In which order the people on shift are rung."""

    ALL = "all"
    BEST_FIRST = "best_first"
    FIXED_ORDER = "fixed_order"


class ReportStatus(StrEnum):
    """Where a contact report stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"


class AgeBand(StrEnum):
    """Age as it is asked on the telephone."""

    UNDER_14 = "under_14"
    FROM_14 = "14_17"
    FROM_18 = "18_24"
    FROM_25 = "25_34"
    FROM_35 = "35_49"
    FROM_50 = "50_64"
    FROM_65 = "65_up"
    UNKNOWN = "unknown"


class Sex(StrEnum):
    """As the caller says; never an input of any risk decision."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class ReasonSource(StrEnum):
    """Who or what a reason of a triage decision comes from."""

    QUESTION = "question"
    PERSON = "person"
    PHRASE = "phrase"
    MODEL = "model"
    ROUTING = "routing"
    SYSTEM = "system"


class Safeguard(StrEnum):
    """What binds everybody who works on the case, whatever its route."""

    MANDATORY_REPORT = "mandatory_report"
    SAFE_CONTACT_ONLY = "safe_contact_only"
    POLICE_DECISION = "police_decision"
    SAME_DAY_RESOURCE = "same_day_resource"
    INCIDENT_VISIBLE = "incident_visible"
    CALLER_PLAN = "caller_plan"
    CALL_AGAIN_ALERT = "call_again_alert"
    NO_DIAL = "no_dial"


class Jurisdiction(StrEnum):
    """Whose law sets the clock of a mandatory report."""

    MACAU = "mo"
    MAINLAND = "cn"
    HONG_KONG = "hk"


class EscalationTarget(StrEnum):
    """Who is alerted next when a clock runs out."""

    OWNER = "owner"
    SHIFT_LEADER = "shift_leader"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    ON_CALL_DIRECTOR = "on_call_director"


class DayPart(StrEnum):
    """Part of the local day, so that attempts to reach somebody vary."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


class LoweringRefusal(StrEnum):
    """Why a code may not be lowered as asked."""

    NOT_LOWER = "not_lower"
    BELOW_FLOOR = "below_floor"
    ROLE = "role"
    NOT_OWN_CASE = "not_own_case"
    TOO_LOW_FOR_ROLE = "too_low_for_role"
    NEEDS_REASON = "needs_reason"
    NEEDS_SECOND_PERSON = "needs_second_person"
    UNASSESSED = "unassessed"


class NextStep(StrEnum):
    """What follows when the person has been reached."""

    NEXT_CONTACT = "next_contact"
    AGREED_TIME = "agreed_time"
    BOOKING = "booking"
    NOTHING = "nothing"
    SUPERVISOR = "supervisor"


class SupervisorChoice(StrEnum):
    """What a supervisor decides about somebody who cannot be, or may not be, reached."""

    TRY_AGAIN = "try_again"
    VITAL_CALL = "vital_call"
    WELFARE_CHECK = "welfare_check"
    EMERGENCY_CONTACT = "emergency_contact"
    LETTER = "letter"
    WAIT_FOR_CALL = "wait_for_call"
    END = "end"


class DialRefusal(StrEnum):
    """Why we may not ring somebody now."""

    NO_NUMBER = "no_number"
    NO_CONTACT = "no_contact"
    NO_CONSENT = "no_consent"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OUTSIDE_HOURS = "outside_hours"
    NOT_ALLOWED = "not_allowed"


class CaseMove(StrEnum):
    """A step of a case from one status to another."""

    TAKE_UP = "take_up"
    WAIT = "wait"
    START_COUNSELLING = "start_counselling"
    HOLD = "hold"
    RESUME = "resume"
    PROPOSE_CLOSING = "propose_closing"
    REJECT_CLOSING = "reject_closing"
    CLOSE = "close"
    REOPEN = "reopen"


class Refusal(StrEnum):
    """Why something asked of a task, a case or a plan was not done."""

    HELD_BY_ANOTHER = "held_by_another"
    FINISHED = "finished"
    STEP_NOT_ALLOWED = "step_not_allowed"
    SAFETY_TASK_OPEN = "safety_task_open"
    NEEDS_REASON = "needs_reason"
    NEEDS_SUPERVISOR = "needs_supervisor"
    NEEDS_ANOTHER_PERSON = "needs_another_person"
    CHANGED_MEANWHILE = "changed_meanwhile"
    AT_CAPACITY = "at_capacity"
    TIME_PASSED = "time_passed"
    NO_CONSENT = "no_consent"
    UNFINISHED_CHECKLIST = "unfinished_checklist"
    LEGAL_HOLD = "legal_hold"
    CASE_STILL_OPEN = "case_still_open"


class CodePurpose(StrEnum):
    """What a printed one-time code lets somebody do."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - the name of a purpose
    SECOND_FACTOR = "second_factor"


class ModelStatus(StrEnum):
    """What a classifier does here: it is heard, it runs unheard beside that one, or it rests."""

    ACTIVE = "active"
    SHADOW = "shadow"
    RETIRED = "retired"


class ModelOrigin(StrEnum):
    """Where a classifier comes from."""

    SHIPPED = "shipped"
    RETRAINED = "retrained"


class GateResult(StrEnum):
    """Whether rules and model together found enough of the urgent contacts of one language."""

    PASSED = "passed"
    FAILED = "failed"
    TOO_FEW = "too_few"


class LabelKind(StrEnum):
    """What a person's judgement was beside the machine's suggestion."""

    AGREED = "agreed"
    PERSON_HIGHER = "person_higher"
    MACHINE_HIGHER = "machine_higher"
    RAISED = "raised"
    KEPT = "kept"
    LOWERED = "lowered"


class ReferralStatus(StrEnum):
    """Where a referral to another service stands."""

    DRAFTED = "drafted"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OUTCOME_KNOWN = "outcome_known"


class PlanPart(StrEnum):
    """The six parts of a safety plan, in the order in which the person uses them."""

    WARNING_SIGNS = "warning_signs"
    OWN_WAYS = "own_ways"
    PEOPLE_AND_PLACES = "people_and_places"
    PEOPLE_TO_ASK = "people_to_ask"
    PROFESSIONALS = "professionals"
    SAFE_SURROUNDINGS = "safe_surroundings"


class SuggestedBecause(StrEnum):
    """Why somebody is suggested for a piece of work, or had better not have it."""

    ASKED_FOR = "asked_for"
    KNOWS_PERSON = "knows_person"
    SPEAKS_LANGUAGE = "speaks_language"
    ON_DUTY = "on_duty"
    HAS_ROOM = "has_room"
    SKILL = "skill"
    FULL = "full"
    AWAY = "away"
    NOT_THE_LANGUAGE = "not_the_language"


class GoalState(StrEnum):
    """Where a goal of a case stands."""

    OPEN = "open"
    REACHED = "reached"
    DROPPED = "dropped"


class DebriefStatus(StrEnum):
    """How far the talk due after a hard call has come."""

    DUE = "due"
    OFFERED = "offered"
    HELD = "held"
    DECLINED = "declined"


class OnCallState(StrEnum):
    """How somebody at home was told: a text on its way, sent or failed, or still to be rung by hand."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    TO_RING = "to_ring"


class ErasureStatus(StrEnum):
    """What became of a wish to be forgotten."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
