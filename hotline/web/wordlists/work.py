"""Words for what follows a call: routes, tasks, attempts, cases, appointments, centres."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from triage.vocabulary import (
    AppointmentMode,
    AppointmentStatus,
    AttemptOutcome,
    CaseKind,
    CaseMove,
    CaseStatus,
    CentreStatus,
    ClosureReason,
    DayPart,
    DebriefStatus,
    DialRefusal,
    ErasureStatus,
    EscalationTarget,
    GoalState,
    Jurisdiction,
    NextStep,
    OnCallState,
    PlanPart,
    ReferralStatus,
    Refusal,
    Route,
    Safeguard,
    SuggestedBecause,
    SupervisorChoice,
    TaskKind,
    TaskStatus,
)

ROUTE = {
    Route.EMERGENCY: _lp("route", "Emergency"),
    Route.PHONE: _lp("route", "Phone follow-up"),
    Route.PHONE_AND_BOOKING: _lp("route", "Phone follow-up, and a booking offered"),
    Route.SUPERVISOR_DECISION: _lp("route", "The supervisor decides"),
    Route.SAFETY_ON_CALL: _lp("route", "Safety plan during the call; we cannot ring back"),
    Route.FACE_TO_FACE: _lp("route", "Face-to-face counselling"),
    Route.PROGRAMME: _lp("route", "Programme"),
    Route.RESOURCE: _lp("route", "Practical help"),
    Route.REFERRAL: _lp("route", "Referral"),
    Route.SERVICE_ORDER: _lp("route", "Service order"),
    Route.JUSTICE: _lp("route", "Justice case"),
    Route.INFORMATION: _lp("route", "Information given"),
    Route.NO_CASE: _lp("route", "No case"),
    Route.COACH_CALLER: _lp("route", "Coach the caller"),
    Route.SHIFT_LEADER_REVIEW: _lp("route", "The shift leader looks"),
}

TASK_KIND = {
    TaskKind.PHONE: _lp("task", "Follow-up call"),
    TaskKind.EMERGENCY: _lp("task", "Emergency"),
    TaskKind.BOOKING_OFFER: _lp("task", "Offer a booking"),
    TaskKind.WAITING_CHECK: _lp("task", "Check on somebody waiting"),
    TaskKind.SUPERVISOR_DECISION: _lp("task", "Supervisor's decision"),
    TaskKind.REVIEW_SUGGESTION: _lp("task", "Look at a higher suggestion"),
    TaskKind.ASSESS_RISK: _lp("task", "Ask about risk"),
    TaskKind.MANDATORY_REPORT: _lp("task", "Mandatory report"),
    TaskKind.REFERRAL: _lp("task", "Make a referral"),
    TaskKind.RESOURCE: _lp("task", "Arrange practical help"),
    TaskKind.CALL_BACK: _lp("task", "Call back as asked"),
    TaskKind.VOICEMAIL: _lp("task", "Look at a message"),
    TaskKind.MISSED_CALL: _lp("task", "Call back a missed call"),
    TaskKind.NO_SHOW_CHECK: _lp("task", "Check after a missed appointment"),
    TaskKind.INCIDENT_NOTICE: _lp("task", "Tell the crisis team"),
    TaskKind.ROUTE_REVIEW: _lp("task", "Decide where it goes"),
}

TASK_STATUS = {
    TaskStatus.SCHEDULED: _lp("task status", "Planned"),
    TaskStatus.OPEN: _lp("task status", "Open"),
    TaskStatus.IN_PROGRESS: _lp("task status", "In hand"),
    TaskStatus.ESCALATED: _lp("task status", "Passed up"),
    TaskStatus.DONE: _lp("task status", "Done"),
    TaskStatus.CANCELLED: _lp("task status", "Cancelled"),
}

ATTEMPT_OUTCOME = {
    AttemptOutcome.REACHED_BETTER: _l("Reached, doing better"),
    AttemptOutcome.REACHED_SAME: _l("Reached, about the same"),
    AttemptOutcome.REACHED_WORSE: _l("Reached, doing worse"),
    AttemptOutcome.REACHED_DECLINED: _l("Reached, wants no further calls"),
    AttemptOutcome.THIRD_PARTY: _l("Somebody else answered"),
    AttemptOutcome.VOICEMAIL_LEFT: _l("Left a voice message"),
    AttemptOutcome.NO_ANSWER: _l("No answer"),
    AttemptOutcome.BUSY: _l("Busy"),
    AttemptOutcome.WRONG_NUMBER: _l("Wrong number"),
    AttemptOutcome.BARRED: _l("Barred or out of service"),
    AttemptOutcome.IN_HOSPITAL: _l("In hospital"),
    AttemptOutcome.DECEASED: _l("Has died"),
    AttemptOutcome.EMERGENCY: _l("Emergency during the call"),
}

CASE_STATUS = {
    CaseStatus.NEW: _lp("case", "New"),
    CaseStatus.OPEN: _lp("case", "Open"),
    CaseStatus.WAITING: _lp("case", "On the waiting list"),
    CaseStatus.COUNSELLING: _lp("case", "In counselling"),
    CaseStatus.ON_HOLD: _lp("case", "On hold"),
    CaseStatus.CLOSING: _lp("case", "Closing proposed"),
    CaseStatus.CLOSED: _lp("case", "Closed"),
}

CASE_KIND = {
    CaseKind.COUNSELLING: _lp("case kind", "Counselling"),
    CaseKind.RESOURCE: _lp("case kind", "Practical help"),
    CaseKind.BOTH: _lp("case kind", "Counselling and practical help"),
    CaseKind.OTHER: _lp("case kind", "Other"),
}

CLOSURE_REASON = {
    ClosureReason.GOALS_MET: _l("Goals met"),
    ClosureReason.ENGAGED_ELSEWHERE: _l("Gets help elsewhere"),
    ClosureReason.REFERRED_RECEIVED: _l("Referred, and received there"),
    ClosureReason.DECLINED: _l("Wants no further help"),
    ClosureReason.UNABLE_TO_REACH: _l("Could not be reached"),
    ClosureReason.MOVED: _l("Moved away"),
    ClosureReason.DUPLICATE: _l("The same as another case"),
    ClosureReason.DECEASED: _l("Has died"),
    ClosureReason.INFORMATION_ONLY: _l("Needed information only"),
    ClosureReason.SERVICE_REFUSED: _l("We could not take the case"),
}

APPOINTMENT_STATUS = {
    AppointmentStatus.CONFIRMED: _lp("appointment", "Booked"),
    AppointmentStatus.ARRIVED: _lp("appointment", "Arrived"),
    AppointmentStatus.ATTENDED: _lp("appointment", "Attended"),
    AppointmentStatus.NO_SHOW: _lp("appointment", "Did not come"),
    AppointmentStatus.LATE_CANCEL: _lp("appointment", "Cancelled late"),
    AppointmentStatus.CANCELLED: _lp("appointment", "Cancelled"),
    AppointmentStatus.MOVED: _lp("appointment", "Moved"),
}

APPOINTMENT_MODE = {
    AppointmentMode.ONSITE: _lp("meeting", "At the centre"),
    AppointmentMode.ONLINE: _lp("meeting", "Online"),
    AppointmentMode.PHONE: _lp("meeting", "By telephone"),
    AppointmentMode.HOME: _lp("meeting", "Visit at home or outside"),
}

CENTRE_STATUS = {
    CentreStatus.OPEN: _lp("centre", "Open"),
    CentreStatus.LIMITED: _lp("centre", "Limited service"),
    CentreStatus.SUSPENDED: _lp("centre", "Suspended"),
    CentreStatus.CLOSED: _lp("centre", "Closed"),
}

SAFEGUARD = {
    Safeguard.MANDATORY_REPORT: _l("A report to the authorities is required"),
    Safeguard.SAFE_CONTACT_ONLY: _l("Contact only where it is safe: no message, no text"),
    Safeguard.POLICE_DECISION: _l("A supervisor decides about the police"),
    Safeguard.SAME_DAY_RESOURCE: _l("Practical help today"),
    Safeguard.INCIDENT_VISIBLE: _l("The crisis team can see this"),
    Safeguard.CALLER_PLAN: _l("A plan exists for this caller: follow it"),
    Safeguard.CALL_AGAIN_ALERT: _l("Watch for another call from this number"),
    Safeguard.NO_DIAL: _l("Do not ring this person"),
}

JURISDICTION = {
    Jurisdiction.MACAU: _l("Macau"),
    Jurisdiction.MAINLAND: _l("Mainland China"),
    Jurisdiction.HONG_KONG: _l("Hong Kong"),
}

ESCALATION_TARGET = {
    EscalationTarget.OWNER: _lp("alert goes to", "Owner of the task"),
    EscalationTarget.SHIFT_LEADER: _lp("alert goes to", "Shift leader"),
    EscalationTarget.SUPERVISOR: _lp("alert goes to", "Supervisor on duty"),
    EscalationTarget.MANAGER: _lp("alert goes to", "Centre manager"),
    EscalationTarget.ON_CALL_DIRECTOR: _lp("alert goes to", "Director on call"),
}

DAY_PART = {
    DayPart.MORNING: _l("Morning"),
    DayPart.AFTERNOON: _l("Afternoon"),
    DayPart.EVENING: _l("Evening"),
    DayPart.NIGHT: _l("Night"),
}

NEXT_STEP = {
    NextStep.NEXT_CONTACT: _lp("next step", "Plan the next call"),
    NextStep.AGREED_TIME: _lp("next step", "Call at an agreed time"),
    NextStep.BOOKING: _lp("next step", "Offer a booking"),
    NextStep.NOTHING: _lp("next step", "Nothing more for now"),
    NextStep.SUPERVISOR: _lp("next step", "Ask the supervisor"),
}

SUPERVISOR_CHOICE = {
    SupervisorChoice.TRY_AGAIN: _lp("decision", "Try again"),
    SupervisorChoice.VITAL_CALL: _lp("decision", "Call without consent: a life is in danger"),
    SupervisorChoice.WELFARE_CHECK: _lp("decision", "Ask the police or fire service to look"),
    SupervisorChoice.EMERGENCY_CONTACT: _lp("decision", "Call the emergency contact"),
    SupervisorChoice.LETTER: _lp("decision", "Write a letter, as agreed"),
    SupervisorChoice.WAIT_FOR_CALL: _lp("decision", "Wait for the person to call"),
    SupervisorChoice.END: _lp("decision", "End this follow-up"),
}

DIAL_REFUSAL = {
    DialRefusal.NO_NUMBER: _lp("may not call", "No number is known."),
    DialRefusal.NO_CONTACT: _lp("may not call", "The person wants no contact. Do not call."),
    DialRefusal.NO_CONSENT: _lp("may not call", "The person has not agreed to be called."),
    DialRefusal.WITHDRAWN: _lp("may not call", "The person no longer agrees to be called."),
    DialRefusal.EXPIRED: _lp("may not call", "The agreement to be called has run out."),
    DialRefusal.OUTSIDE_HOURS: _lp("may not call", "Outside the hours that are safe for the person."),
    DialRefusal.NOT_ALLOWED: _lp("may not call", "This number is not yours to call."),
}

CASE_MOVE = {
    CaseMove.TAKE_UP: _lp("case step", "Take up"),
    CaseMove.WAIT: _lp("case step", "Put on the waiting list"),
    CaseMove.START_COUNSELLING: _lp("case step", "Counselling begins"),
    CaseMove.HOLD: _lp("case step", "Put on hold"),
    CaseMove.RESUME: _lp("case step", "Resume"),
    CaseMove.PROPOSE_CLOSING: _lp("case step", "Propose to close"),
    CaseMove.REJECT_CLOSING: _lp("case step", "Do not close"),
    CaseMove.CLOSE: _lp("case step", "Close"),
    CaseMove.REOPEN: _lp("case step", "Reopen"),
}

REFUSAL = {
    Refusal.HELD_BY_ANOTHER: _l("Somebody else has this task in hand."),
    Refusal.FINISHED: _l("This has been finished already."),
    Refusal.STEP_NOT_ALLOWED: _l("That step cannot follow from where this stands."),
    Refusal.SAFETY_TASK_OPEN: _l("A task for the person's safety is still open."),
    Refusal.NEEDS_REASON: _l("Say why, in your own words."),
    Refusal.NEEDS_SUPERVISOR: _l("This needs a supervisor."),
    Refusal.NEEDS_ANOTHER_PERSON: _l("A second person must agree; it cannot be the same one."),
    Refusal.CHANGED_MEANWHILE: _l("Somebody has changed this in the meantime. Look again."),
    Refusal.AT_CAPACITY: _l("This person has as many cases as they can carry."),
    Refusal.TIME_PASSED: _l("That time has passed. Choose a later one."),
    Refusal.NO_CONSENT: _l("The person has not agreed to that."),
    Refusal.UNFINISHED_CHECKLIST: _l("Something on the list before closing is not done."),
    Refusal.LEGAL_HOLD: _l("A legal hold stands: nothing of this person may be erased."),
    Refusal.CASE_STILL_OPEN: _l("A case of this person is still open. Close it first."),
}

REFERRAL_STATUS = {
    ReferralStatus.DRAFTED: _lp("referral", "Being prepared"),
    ReferralStatus.SENT: _lp("referral", "Sent"),
    ReferralStatus.ACKNOWLEDGED: _lp("referral", "Received there"),
    ReferralStatus.ACCEPTED: _lp("referral", "Accepted"),
    ReferralStatus.DECLINED: _lp("referral", "Declined there"),
    ReferralStatus.OUTCOME_KNOWN: _lp("referral", "Outcome known"),
}

PLAN_PART = {
    PlanPart.WARNING_SIGNS: _lp("safety plan", "How I notice that it is getting worse"),
    PlanPart.OWN_WAYS: _lp("safety plan", "What I can do by myself"),
    PlanPart.PEOPLE_AND_PLACES: _lp("safety plan", "People and places that take my mind off it"),
    PlanPart.PEOPLE_TO_ASK: _lp("safety plan", "People I can ask for help"),
    PlanPart.PROFESSIONALS: _lp("safety plan", "Professionals and services I can call"),
    PlanPart.SAFE_SURROUNDINGS: _lp("safety plan", "How I make my surroundings safe"),
}

SUGGESTED_BECAUSE = {
    SuggestedBecause.ASKED_FOR: _lp("suggestion", "the person asked for them"),
    SuggestedBecause.KNOWS_PERSON: _lp("suggestion", "has spoken with the person before"),
    SuggestedBecause.SPEAKS_LANGUAGE: _lp("suggestion", "speaks the language"),
    SuggestedBecause.ON_DUTY: _lp("suggestion", "is on duty now"),
    SuggestedBecause.HAS_ROOM: _lp("suggestion", "has room for another case"),
    SuggestedBecause.SKILL: _lp("suggestion", "knows this kind of trouble"),
    SuggestedBecause.FULL: _lp("suggestion", "carries as many cases as agreed"),
    SuggestedBecause.AWAY: _lp("suggestion", "is away"),
    SuggestedBecause.NOT_THE_LANGUAGE: _lp("suggestion", "does not speak the language"),
}

GOAL_STATE = {
    GoalState.OPEN: _lp("goal", "Working on it"),
    GoalState.REACHED: _lp("goal", "Reached"),
    GoalState.DROPPED: _lp("goal", "No longer wanted"),
}

DEBRIEF_STATUS = {
    DebriefStatus.DUE: _lp("debrief", "Due"),
    DebriefStatus.OFFERED: _lp("debrief", "Offered"),
    DebriefStatus.HELD: _lp("debrief", "Held"),
    DebriefStatus.DECLINED: _lp("debrief", "Not wanted"),
}

ON_CALL_STATE = {
    OnCallState.SENDING: _lp("on call", "Text on its way"),
    OnCallState.SENT: _lp("on call", "Text sent"),
    OnCallState.FAILED: _lp("on call", "The text did not go out: ring by hand"),
    OnCallState.TO_RING: _lp("on call", "Ring by hand"),
}

ERASURE_STATUS = {
    ErasureStatus.ASKED: _lp("erasure", "Asked for"),
    ErasureStatus.DONE: _lp("erasure", "Done"),
    ErasureStatus.REFUSED: _lp("erasure", "Refused"),
}
