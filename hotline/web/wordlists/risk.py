"""Words for risk: response codes, levels, questions and how to ask them, protection, lowering."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from triage.vocabulary import (
    Answer,
    LoweringReason,
    LoweringRefusal,
    NotAskedReason,
    ProtectiveFactor,
    Question,
    ReasonSource,
    ResponseCode,
    RiskLevel,
)

RESPONSE_CODE = {
    ResponseCode.A: _lp("response code", "Emergency"),
    ResponseCode.B: _lp("response code", "Very urgent"),
    ResponseCode.C: _lp("response code", "Urgent"),
    ResponseCode.D: _lp("response code", "Soon"),
    ResponseCode.E: _lp("response code", "By agreement"),
    ResponseCode.N: _lp("response code", "Information"),
    ResponseCode.U: _lp("response code", "Not assessed"),
}

#: What each code promises, for hints beside a choice of code.
CODE_MEANING = {
    ResponseCode.A: _l("Harm is happening. Stay on the line; the supervisor joins within 2 minutes."),
    ResponseCode.B: _l("Very high risk. A counsellor makes contact within 4 hours."),
    ResponseCode.C: _l("High risk or distress without support. Contact within 24 hours."),
    ResponseCode.D: _l("Moderate. A follow-up call within 48 hours."),
    ResponseCode.E: _l("Low. A call or a meeting at a time agreed with the caller."),
    ResponseCode.N: _l("Information only. Nothing further to do."),
    ResponseCode.U: _l("Risk was not asked. The shift leader looks within an hour."),
}

RISK_LEVEL = {
    RiskLevel.LOW: _lp("risk level", "low"),
    RiskLevel.MODERATE: _lp("risk level", "moderate"),
    RiskLevel.HIGH: _lp("risk level", "high"),
    RiskLevel.IMMINENT: _lp("risk level", "imminent"),
}

ANSWER = {
    Answer.YES: _l("Yes"),
    Answer.NO: _l("No"),
    Answer.UNCLEAR: _l("Unclear"),
    Answer.NOT_ASKED: _l("Not asked"),
}

QUESTION = {
    Question.WISH_DEAD: _l("Wishes to be dead"),
    Question.THOUGHTS: _l("Thoughts of suicide"),
    Question.METHOD: _l("Has thought about how"),
    Question.INTENT: _l("Some intention to act"),
    Question.PLAN: _l("A worked-out plan, meaning to carry it out"),
    Question.ACTED_EVER: _l("Has ever acted or prepared to"),
    Question.ACTED_3_MONTHS: _l("Acted or prepared in the last 3 months"),
    Question.ACTED_2_WEEKS: _l("Tried in the last 2 weeks"),
    Question.ACTING_NOW: _l("Is acting now, or just before the call"),
    Question.MEANS_IN_HAND: _l("Has the means at hand"),
    Question.WITHIN_72_HOURS: _l("Means to act within 72 hours"),
    Question.WITHIN_WEEK: _l("Means to act within a week"),
    Question.OVERDOSE: _l("Has taken an overdose"),
    Question.INTOXICATED: _l("Drunk or drugged"),
    Question.CONFUSED: _l("Confused, or hears or sees things"),
    Question.NO_SUPPORT: _l("Nobody who can help"),
    Question.HIGH_DISTRESS: _l("In great distress"),
    Question.ALONE: _l("Alone now"),
    Question.SELF_HARM: _l("Harms themself"),
    Question.HARMED_BY_OTHER: _l("Is harmed by somebody"),
    Question.VIOLENCE_IMMINENT: _l("Violence now or about to happen"),
    Question.VIOLENCE_CRITICAL: _l("Signs of life-threatening violence"),
    Question.THREAT_TO_OTHER: _l("Threatens another person"),
    Question.CHILD_AT_RISK: _l("A child is at risk"),
    Question.ELDER_AT_RISK: _l("An older or dependent person is at risk"),
    Question.BASICS_MISSING: _l("No shelter, food or medicine tonight"),
}

#: How a question may be put, in our own words; said as part of the talk, in any order. A "yes" to
#: the caller's ears is always the "yes" that is recorded.
QUESTION_PROMPT = {
    Question.WISH_DEAD: _l("Have there been moments lately when you wished you were dead, or would not wake up?"),
    Question.THOUGHTS: _l("Have you been thinking about ending your life?"),
    Question.METHOD: _l("Have you thought about how you might do it?"),
    Question.INTENT: _l("When those thoughts come, is a part of you meaning to act on them?"),
    Question.PLAN: _l("Have you worked out when, where or how, and do you mean to go through with it?"),
    Question.ACTED_EVER: _l("Have you ever done something, or begun or prepared something, to end your life?"),
    Question.ACTED_3_MONTHS: _l("Was any of that in the last three months?"),
    Question.ACTED_2_WEEKS: _l("Was it within the last two weeks?"),
    Question.ACTING_NOW: _l("Have you done anything to hurt yourself today? Are you doing something now?"),
    Question.MEANS_IN_HAND: _l("Is what you would use with you, or within reach?"),
    Question.WITHIN_72_HOURS: _l("Do you think you may act in the next two or three days?"),
    Question.WITHIN_WEEK: _l("Do you think you may act within this week?"),
    Question.OVERDOSE: _l("Have you taken more medicine, or something else, than you should?"),
    Question.INTOXICATED: _l("Have you been drinking or taking anything?"),
    Question.CONFUSED: _l("Do you hear or see things that others do not?"),
    Question.HIGH_DISTRESS: _l("Is it more than you can bear at this moment?"),
    Question.NO_SUPPORT: _l("Do you feel that there is nobody you could turn to tonight?"),
    Question.ALONE: _l("Are you on your own at the moment?"),
    Question.SELF_HARM: _l("Do you sometimes hurt yourself when it gets too much?"),
    Question.HARMED_BY_OTHER: _l("Is somebody hurting you or making you afraid?"),
    Question.VIOLENCE_IMMINENT: _l("Is that person near you now, or about to hurt you?"),
    Question.VIOLENCE_CRITICAL: _l("Has that person choked you, used a weapon or threatened to kill you?"),
    Question.THREAT_TO_OTHER: _l("Have you thought of hurting somebody else?"),
    Question.CHILD_AT_RISK: _l("Is there a child at home who may be in danger?"),
    Question.ELDER_AT_RISK: _l("Is somebody old, or in need of care, perhaps in danger?"),
    Question.BASICS_MISSING: _l("Are you without a place to sleep, food or your medicine tonight?"),
}

NOT_ASKED_REASON = {
    NotAskedReason.CALLER_ENDED: _l("The caller ended the call"),
    NotAskedReason.CALLER_REFUSED: _l("The caller did not want to answer"),
    NotAskedReason.NOT_SAFE_TO_TALK: _l("It was not safe to talk"),
    NotAskedReason.THIRD_PARTY_DOES_NOT_KNOW: _l("The person calling for another does not know"),
    NotAskedReason.ASKED_RECENTLY: _l("Asked in a recent call"),
    NotAskedReason.NOT_APPROPRIATE: _l("Did not fit this call"),
    NotAskedReason.OTHER: _l("Another reason"),
}

PROTECTIVE_FACTOR = {
    ProtectiveFactor.SUPPORT_NOW: _l("Somebody is with them"),
    ProtectiveFactor.FAMILY: _l("Family"),
    ProtectiveFactor.FRIENDS: _l("Friends"),
    ProtectiveFactor.PLANS: _l("Plans for the future"),
    ProtectiveFactor.ENGAGED: _l("Took part in the talk"),
    ProtectiveFactor.AMBIVALENT: _l("A part wants to live"),
    ProtectiveFactor.VALUES: _l("Faith or values"),
    ProtectiveFactor.IN_CARE: _l("Already in treatment or counselling"),
    ProtectiveFactor.RESPONSIBILITY: _l("Somebody depends on them"),
}

LOWERING_REASON = {
    LoweringReason.MORE_FACTS: _l("More is known now"),
    LoweringReason.SUPPORT_ARRIVED: _l("Somebody is with the person now"),
    LoweringReason.SAFETY_PLAN: _l("A safety plan is in place"),
    LoweringReason.RATED_IN_ERROR: _l("The first rating was a mistake"),
    LoweringReason.NOT_A_DISCLOSURE: _l("What was said was not about risk"),
    LoweringReason.OTHER: _l("Another reason"),
}

LOWERING_REFUSAL = {
    LoweringRefusal.NOT_LOWER: _l("This code is not lower than the present one."),
    LoweringRefusal.BELOW_FLOOR: _l("The answers to the risk questions do not allow so low a code."),
    LoweringRefusal.ROLE: _l("Your role may not lower a code."),
    LoweringRefusal.NOT_OWN_CASE: _l("You may lower the code of your own cases only."),
    LoweringRefusal.TOO_LOW_FOR_ROLE: _l("Your role may not lower it so far."),
    LoweringRefusal.NEEDS_REASON: _l("A reason is needed."),
    LoweringRefusal.NEEDS_SECOND_PERSON: _l("A second person must agree to this."),
    LoweringRefusal.UNASSESSED: _l("Risk must be asked about first."),
}

REASON_SOURCE = {
    ReasonSource.QUESTION: _lp("reason", "Questions"),
    ReasonSource.PERSON: _lp("reason", "Person"),
    ReasonSource.PHRASE: _lp("reason", "Words in the notes"),
    ReasonSource.MODEL: _lp("reason", "Classifier"),
    ReasonSource.ROUTING: _lp("reason", "Routing table"),
    ReasonSource.SYSTEM: _lp("reason", "System"),
}
