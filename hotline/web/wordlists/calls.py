"""Words for calls, callers and the contact report."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from triage.vocabulary import (
    AboutWhom,
    AgeBand,
    CallDirection,
    CallOutcome,
    CallStatus,
    CallType,
    Channel,
    CodePurpose,
    Language,
    LegOutcome,
    LineStatus,
    Problem,
    ReportStatus,
    RingStrategy,
    Role,
    SafeContact,
    Sex,
)

LANGUAGE = {
    Language.CANTONESE: _l("Cantonese"),
    Language.MANDARIN: _l("Mandarin"),
    Language.PORTUGUESE: _l("Portuguese"),
    Language.ENGLISH: _l("English"),
}

ROLE = {
    Role.VOLUNTEER: _l("Volunteer"),
    Role.SHIFT_LEADER: _l("Shift leader"),
    Role.COUNSELLOR: _l("Counsellor"),
    Role.SUPERVISOR: _l("Supervisor"),
    Role.MANAGER: _l("Centre manager"),
    Role.PROGRAMME_OFFICER: _l("Programme officer"),
    Role.PRIVACY_OFFICER: _l("Privacy officer"),
    Role.ADMINISTRATOR: _l("Administrator"),
}

CODE_PURPOSE = {
    CodePurpose.INVITATION: _lp("code", "Invitation"),
    CodePurpose.PASSWORD: _lp("code", "New password"),
    CodePurpose.SECOND_FACTOR: _lp("code", "Lost second factor"),
}

CALL_TYPE = {
    CallType.SELF: _l("About themself"),
    CallType.ANOTHER: _l("Worried about another"),
    CallType.INFORMATION: _l("Asks for information"),
    CallType.PRACTICAL: _l("Practical help"),
    CallType.CONSULT: _l("A professional asks advice"),
    CallType.SURVEY: _l("Survey or care call"),
    CallType.TRANSFER: _l("Passed on by another service"),
    CallType.SILENT: _l("Silent"),
    CallType.BLANK: _l("Nobody there"),
    CallType.HANG_UP: _l("Hung up"),
    CallType.WRONG_NUMBER: _l("Wrong number"),
    CallType.PRANK: _l("Prank"),
    CallType.ABUSIVE: _l("Abusive"),
    CallType.SEXUAL: _l("Sexual"),
    CallType.TEST: _l("Test call"),
    CallType.OFFICE: _l("Office matter"),
    CallType.OUTGOING: _l("We called"),
}

ABOUT_WHOM = {
    AboutWhom.PARTNER: _lp("about whom", "Partner"),
    AboutWhom.CHILD: _lp("about whom", "Child"),
    AboutWhom.PARENT: _lp("about whom", "Parent"),
    AboutWhom.RELATIVE: _lp("about whom", "Another relative"),
    AboutWhom.FRIEND: _lp("about whom", "Friend"),
    AboutWhom.COLLEAGUE: _lp("about whom", "Colleague"),
    AboutWhom.OTHER: _lp("about whom", "Somebody else"),
}

CHANNEL = {
    Channel.PHONE: _lp("channel", "Telephone"),
    Channel.WALK_IN: _lp("channel", "Came in person"),
    Channel.PAPER: _lp("channel", "Paper form"),
    Channel.ONLINE: _lp("channel", "Online"),
    Channel.OUTREACH: _lp("channel", "Outreach"),
}

PROBLEM = {
    Problem.LAID_OFF: _l("Laid off"),
    Problem.UNPAID_LEAVE: _l("Unpaid leave"),
    Problem.WAGE_ARREARS: _l("Wages not paid"),
    Problem.INCOME_LOSS: _l("Less income"),
    Problem.WORK_STRESS: _l("Stress at work"),
    Problem.WORKPLACE_CONFLICT: _l("Conflict at work"),
    Problem.WORK_INJURY: _l("Injury at work"),
    Problem.DISMISSAL: _l("Dismissal dispute"),
    Problem.CAREER_CHANGE: _l("Change of job or trade"),
    Problem.DEBT: _l("Debts"),
    Problem.GAMBLING: _l("Gambling"),
    Problem.MONEY: _l("Money"),
    Problem.HOUSING: _l("Housing"),
    Problem.FAMILY: _l("Family relations"),
    Problem.MARRIAGE: _l("Marriage or partner"),
    Problem.PARENTING: _l("Parenting"),
    Problem.DOMESTIC_VIOLENCE: _l("Domestic violence"),
    Problem.BEREAVEMENT: _l("Death of somebody close"),
    Problem.LONELINESS: _l("Loneliness"),
    Problem.MOOD: _l("Low mood"),
    Problem.ANXIETY: _l("Anxiety"),
    Problem.SLEEP: _l("Sleep"),
    Problem.TRAUMA: _l("Trauma"),
    Problem.SUICIDE: _l("Thoughts of suicide"),
    Problem.SELF_HARM: _l("Self-harm"),
    Problem.MENTAL_ILLNESS: _l("Mental illness"),
    Problem.PHYSICAL_HEALTH: _l("Physical health"),
    Problem.SUBSTANCE: _l("Alcohol or drugs"),
    Problem.STUDY: _l("School or study"),
    Problem.LEGAL: _l("Legal question"),
    Problem.RESOURCE: _l("Goods, allowances, practical help"),
    Problem.OTHER: _lp("problem", "Something else"),
}

#: Problems in the order and groups in which a form offers them.
PROBLEM_GROUPS = (
    (_l("Work and income"), (
        Problem.LAID_OFF, Problem.UNPAID_LEAVE, Problem.WAGE_ARREARS, Problem.INCOME_LOSS,
        Problem.WORK_STRESS, Problem.WORKPLACE_CONFLICT, Problem.WORK_INJURY, Problem.DISMISSAL,
        Problem.CAREER_CHANGE,
    )),
    (_l("Money and home"), (
        Problem.DEBT, Problem.GAMBLING, Problem.MONEY, Problem.HOUSING, Problem.RESOURCE,
        Problem.LEGAL,
    )),
    (_l("Family and others"), (
        Problem.FAMILY, Problem.MARRIAGE, Problem.PARENTING, Problem.DOMESTIC_VIOLENCE,
        Problem.BEREAVEMENT, Problem.LONELINESS, Problem.STUDY,
    )),
    (_l("Mind and body"), (
        Problem.MOOD, Problem.ANXIETY, Problem.SLEEP, Problem.TRAUMA, Problem.SUICIDE,
        Problem.SELF_HARM, Problem.MENTAL_ILLNESS, Problem.PHYSICAL_HEALTH, Problem.SUBSTANCE,
        Problem.OTHER,
    )),
)

SAFE_CONTACT = {
    SafeContact.YES: _l("Yes"),
    SafeContact.NO: _l("No"),
    SafeContact.NOT_ASKED: _l("Not asked"),
}

CALL_STATUS = {
    CallStatus.QUEUED: _lp("call status", "Queued"),
    CallStatus.INITIATED: _lp("call status", "Dialled"),
    CallStatus.RINGING: _lp("call status", "Ringing"),
    CallStatus.IN_PROGRESS: _lp("call status", "On the line"),
    CallStatus.COMPLETED: _lp("call status", "Ended"),
    CallStatus.BUSY: _lp("call status", "Busy"),
    CallStatus.FAILED: _lp("call status", "Failed"),
    CallStatus.NO_ANSWER: _lp("call status", "No answer"),
    CallStatus.CANCELED: _lp("call status", "Hung up before an answer"),
}

CALL_DIRECTION = {
    CallDirection.INBOUND: _l("Incoming"),
    CallDirection.OUTBOUND: _l("Outgoing"),
}

CALL_OUTCOME = {
    CallOutcome.WAITING: _lp("call", "Waiting"),
    CallOutcome.ANSWERED: _lp("call", "Answered"),
    CallOutcome.CALLBACK_ASKED: _lp("call", "Asked to be called back"),
    CallOutcome.VOICEMAIL: _lp("call", "Left a message"),
    CallOutcome.ABANDONED: _lp("call", "Gave up waiting"),
    CallOutcome.AFTER_HOURS: _lp("call", "Outside opening hours"),
    CallOutcome.MISSED: _lp("call", "Missed"),
    CallOutcome.TRANSFERRED: _lp("call", "Transferred"),
    CallOutcome.LOGGED_BY_HAND: _lp("call", "Logged by hand"),
}

LEG_OUTCOME = {
    LegOutcome.PLANNED: _lp("ringing", "To be rung"),
    LegOutcome.SUBMITTED: _lp("ringing", "Sent to the provider"),
    LegOutcome.UNKNOWN: _lp("ringing", "Not known"),
    LegOutcome.RINGING: _lp("ringing", "Ringing"),
    LegOutcome.OFFERED: _lp("ringing", "Asked to press 1"),
    LegOutcome.ACCEPTED: _lp("ringing", "Took the call"),
    LegOutcome.TOO_LATE: _lp("ringing", "Another was faster"),
    LegOutcome.DECLINED: _lp("ringing", "Declined"),
    LegOutcome.NO_KEY: _lp("ringing", "Picked up, pressed nothing"),
    LegOutcome.NO_ANSWER: _lp("ringing", "No answer"),
    LegOutcome.BUSY: _lp("ringing", "Busy"),
    LegOutcome.FAILED: _lp("ringing", "Failed"),
    LegOutcome.CANCELLED: _lp("ringing", "Stopped ringing"),
}

LINE_STATUS = {
    LineStatus.PLANNED: _lp("line", "Planned"),
    LineStatus.ACTIVE: _lp("line", "In service"),
    LineStatus.SUSPENDED: _lp("line", "Suspended"),
    LineStatus.ENDED: _lp("line", "Ended"),
}

RING_STRATEGY = {
    RingStrategy.ALL: _l("Everybody at once"),
    RingStrategy.BEST_FIRST: _l("Best match first"),
    RingStrategy.FIXED_ORDER: _l("In a fixed order"),
}

REPORT_STATUS = {
    ReportStatus.DRAFT: _lp("report", "Being written"),
    ReportStatus.SUBMITTED: _lp("report", "Finished"),
    ReportStatus.REVIEWED: _lp("report", "Reviewed"),
}

AGE_BAND = {
    AgeBand.UNDER_14: _l("Under 14"),
    AgeBand.FROM_14: _l("14 to 17"),
    AgeBand.FROM_18: _l("18 to 24"),
    AgeBand.FROM_25: _l("25 to 34"),
    AgeBand.FROM_35: _l("35 to 49"),
    AgeBand.FROM_50: _l("50 to 64"),
    AgeBand.FROM_65: _l("65 and over"),
    AgeBand.UNKNOWN: _lp("age", "Not known"),
}

SEX = {
    Sex.FEMALE: _l("Female"),
    Sex.MALE: _l("Male"),
    Sex.OTHER: _lp("sex", "Other"),
    Sex.UNKNOWN: _lp("sex", "Not known"),
}
