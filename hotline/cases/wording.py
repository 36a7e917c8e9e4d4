"""Words of the case pages that belong to no enum."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

from triage.vocabulary import LoweringRefusal

CHECKS: dict[str, LazyString] = {
    "told": _l("The person knows that we close, or it is written why they cannot know"),
    "risk_reviewed": _l("Risk has been looked at again"),
    "safety_plan": _l("The safety plan was handed over, or there is none"),
    "way_back": _l("The person knows how to come back"),
}
REVIEW_ANSWERS: dict[str, LazyString] = {
    "agree": _l("I agree: raise the code"),
    "keep": _l("Keep the code"),
}
AGAINST_CLOSING: dict[str, LazyString] = {
    "emergency": _l("An emergency is still open."),
    "safety_task": _l("A task for the person's safety is still open."),
    "lowering": _l("A wish to lower the code waits for its second person."),
    "appointment": _l("An appointment is still to come."),
}
PLAN_HINTS: dict[str, LazyString] = {
    "warning_signs": _l("Thoughts, feelings, situations that come before a crisis"),
    "own_ways": _l("A walk, music, a shower: things that need nobody else"),
    "people_and_places": _l("The park, the tea house, the cousin who makes me laugh"),
    "people_to_ask": _l("With their numbers, in the order of asking"),
    "professionals": _l("This line, the centre, the hospital; with their numbers"),
    "safe_surroundings": _l("What is put away, locked, or given to somebody, and to whom"),
}
CONSENTS: dict[str, LazyString] = {
    "follow_up": _lp("consent", "To be called back"),
    "voicemail": _lp("consent", "Voice messages"),
    "sms": _lp("consent", "Text messages"),
    "name_in_message": _lp("consent", "Our name in messages"),
    "training": _lp("consent", "Training of the classifier, without names"),
}
NOTE_KINDS: dict[str, LazyString] = {
    "note": _lp("timeline", "Note"),
    "status": _lp("timeline", "Status"),
    "code": _lp("timeline", "Response code"),
    "task": _lp("timeline", "Task"),
    "session": _lp("timeline", "Session"),
    "safety_plan": _lp("timeline", "Safety plan"),
    "referral": _lp("timeline", "Referral"),
    "emergency": _lp("timeline", "Emergency"),
    "hand_over": _lp("timeline", "Hand-over"),
    "message": _lp("timeline", "Message"),
    "goals": _lp("timeline", "Goals"),
    "merge": _lp("timeline", "Profiles"),
    "call_plan": _lp("timeline", "Calls over time"),
    "consent": _lp("timeline", "Consent"),
    "erasure": _lp("timeline", "Data of the person"),
}
LOWERING_REFUSALS: dict[LoweringRefusal, LazyString] = {
    LoweringRefusal.NOT_LOWER: _l("That code is not lower."),
    LoweringRefusal.BELOW_FLOOR: _l("The answers to the risk questions do not allow it."),
    LoweringRefusal.ROLE: _l("Your role may not lower this code."),
    LoweringRefusal.NOT_OWN_CASE: _l("You may lower the code of your own cases only."),
    LoweringRefusal.TOO_LOW_FOR_ROLE: _l("Your role may not lower it so far."),
    LoweringRefusal.NEEDS_REASON: _l("Lowering needs a reason and words."),
    LoweringRefusal.NEEDS_SECOND_PERSON: _l("A and B are lowered by two people together."),
    LoweringRefusal.UNASSESSED: _l("\u201cNot assessed\u201d is no code to lower to."),
}


def refusals_in_words(refusals: tuple[LoweringRefusal, ...]) -> str:
    """Every ground against a lowering, in the reader's language."""
    return " ".join(str(LOWERING_REFUSALS[each]) for each in refusals)
