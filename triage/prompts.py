"""Which risk questions a contact has, which are still needed, and which to ask next.

The order is a suggestion made one question at a time: people answer in any order, and a
conversation is not a checklist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from triage.vocabulary import Answer, CallType, Question

Q = Question
Answers = Mapping[Question, Answer]

_LADDER = frozenset({Q.METHOD, Q.INTENT, Q.PLAN})


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question and the answers that open it; `opened_by` empty means it is open at once."""

    question: Question
    opened_by: frozenset[Question] = frozenset()


PROMPTS: tuple[Prompt, ...] = (
    Prompt(Q.THOUGHTS),
    Prompt(Q.ACTING_NOW, frozenset({Q.THOUGHTS, Q.INTENT, Q.PLAN, Q.MEANS_IN_HAND})),
    Prompt(Q.INTENT, frozenset({Q.THOUGHTS, Q.METHOD, Q.PLAN})),
    Prompt(Q.PLAN, frozenset({Q.THOUGHTS, Q.METHOD, Q.INTENT})),
    Prompt(Q.METHOD, frozenset({Q.THOUGHTS, Q.INTENT})),
    Prompt(Q.WITHIN_72_HOURS, frozenset({Q.INTENT, Q.PLAN})),
    Prompt(Q.MEANS_IN_HAND, frozenset({Q.METHOD, Q.INTENT, Q.PLAN, Q.THREAT_TO_OTHER})),
    Prompt(Q.WITHIN_WEEK, frozenset({Q.INTENT, Q.PLAN})),
    Prompt(Q.WISH_DEAD),
    Prompt(Q.ACTED_EVER),
    Prompt(Q.ACTED_3_MONTHS, frozenset({Q.ACTED_EVER})),
    Prompt(Q.ACTED_2_WEEKS, frozenset({Q.ACTED_3_MONTHS})),
    Prompt(Q.OVERDOSE, frozenset({Q.ACTING_NOW, Q.ACTED_2_WEEKS, Q.INTOXICATED, Q.CONFUSED})),
    Prompt(Q.HIGH_DISTRESS),
    Prompt(Q.ALONE, frozenset({Q.HIGH_DISTRESS, Q.THOUGHTS, Q.WISH_DEAD})),
    Prompt(Q.NO_SUPPORT, frozenset({Q.HIGH_DISTRESS, Q.THOUGHTS, Q.WISH_DEAD, Q.ACTED_3_MONTHS})),
    Prompt(Q.HARMED_BY_OTHER),
    Prompt(Q.VIOLENCE_IMMINENT, frozenset({Q.HARMED_BY_OTHER})),
    Prompt(Q.VIOLENCE_CRITICAL, frozenset({Q.HARMED_BY_OTHER})),
    Prompt(Q.CHILD_AT_RISK),
    Prompt(Q.ELDER_AT_RISK),
    Prompt(Q.THREAT_TO_OTHER),
    Prompt(Q.SELF_HARM),
    Prompt(Q.INTOXICATED),
    Prompt(Q.CONFUSED),
    Prompt(Q.BASICS_MISSING),
)

IMPLIED_BY: Mapping[Question, frozenset[Question]] = {
    Q.WISH_DEAD: frozenset({Q.THOUGHTS, Q.METHOD, Q.INTENT, Q.PLAN}),
    Q.THOUGHTS: _LADDER,
    Q.METHOD: frozenset({Q.PLAN}),
    Q.INTENT: frozenset({Q.PLAN}),
    Q.ACTED_EVER: frozenset({Q.ACTED_3_MONTHS, Q.ACTED_2_WEEKS, Q.ACTING_NOW, Q.OVERDOSE}),
    Q.ACTED_3_MONTHS: frozenset({Q.ACTED_2_WEEKS, Q.ACTING_NOW, Q.OVERDOSE}),
    Q.ACTED_2_WEEKS: frozenset({Q.ACTING_NOW, Q.OVERDOSE}),
}
"""Questions that need no asking because a yes elsewhere already answers them."""

CLOSED_BY_NO: Mapping[Question, frozenset[Question]] = {
    Q.METHOD: frozenset({Q.THOUGHTS}),
    Q.INTENT: frozenset({Q.THOUGHTS}),
    Q.PLAN: frozenset({Q.THOUGHTS}),
    Q.WITHIN_72_HOURS: frozenset({Q.THOUGHTS}),
    Q.WITHIN_WEEK: frozenset({Q.THOUGHTS}),
    Q.ACTED_3_MONTHS: frozenset({Q.ACTED_EVER}),
    Q.ACTED_2_WEEKS: frozenset({Q.ACTED_EVER, Q.ACTED_3_MONTHS}),
    Q.VIOLENCE_IMMINENT: frozenset({Q.HARMED_BY_OTHER}),
    Q.VIOLENCE_CRITICAL: frozenset({Q.HARMED_BY_OTHER}),
}
"""Questions that need no asking after a no: no thoughts of suicide ends the ladder."""

_EMERGENCY = frozenset({Q.ACTING_NOW, Q.OVERDOSE, Q.VIOLENCE_IMMINENT})
_NO_QUESTIONS = frozenset(
    {
        CallType.INFORMATION,
        CallType.SILENT,
        CallType.BLANK,
        CallType.HANG_UP,
        CallType.WRONG_NUMBER,
        CallType.PRANK,
        CallType.ABUSIVE,
        CallType.SEXUAL,
        CallType.TEST,
        CallType.OFFICE,
        CallType.SURVEY,
    }
)


def questions(call_type: CallType | None) -> tuple[Question, ...]:
    """The questions a contact of this type shows, in the order they are suggested.

    Information, silent, wrong-number, prank and the like show none; practical help, advice to a
    colleague and our own calls show all of them but require none.
    """
    if call_type in _NO_QUESTIONS:
        return ()
    return tuple(prompt.question for prompt in PROMPTS)


def missing(answers: Answers) -> tuple[Question, ...]:
    """The questions without which a counselling contact's risk counts as not asked.

    The six of the screener: a no to thoughts of suicide makes the ladder (how, intention, plan)
    unneeded, a yes or an unclear answer makes it needed; a yes to any act asks how long ago.
    """
    needed = [Q.THOUGHTS, Q.WISH_DEAD]
    if _open(answers, Q.THOUGHTS) or any(_open(answers, step) for step in _LADDER):
        needed += [Q.INTENT, Q.PLAN, Q.METHOD]
    needed.append(Q.ACTED_EVER)
    if _open(answers, Q.ACTED_EVER):
        needed.append(Q.ACTED_3_MONTHS)
    return tuple(question for question in needed if not _known(answers, question))


def open_questions(call_type: CallType | None, answers: Answers) -> tuple[Question, ...]:
    """Every question shown that has no answer yet and is not answered or closed by another."""
    return tuple(
        question
        for question in questions(call_type)
        if not _known(answers, question) and not _closed(answers, question)
    )


def next_question(call_type: CallType | None, answers: Answers) -> Question | None:
    """The question to ask next, None when nothing more needs asking.

    None also while harm is happening: then the caller is kept on the line and nobody works
    through a list.
    """
    if any(answers.get(question) is Answer.YES for question in _EMERGENCY):
        return None
    still_open = open_questions(call_type, answers)
    for prompt in PROMPTS:
        if prompt.question not in still_open:
            continue
        if not prompt.opened_by or any(_open(answers, by) for by in prompt.opened_by):
            return prompt.question
    return None


def _open(answers: Answers, question: Question) -> bool:
    """True when the answer was yes or unclear, given or implied."""
    if answers.get(question) in (Answer.YES, Answer.UNCLEAR):
        return True
    return _implied(answers, question)


def _implied(answers: Answers, question: Question) -> bool:
    return any(answers.get(by) is Answer.YES for by in IMPLIED_BY.get(question, ()))


def _known(answers: Answers, question: Question) -> bool:
    given = answers.get(question, Answer.NOT_ASKED) is not Answer.NOT_ASKED
    return given or _implied(answers, question)


def _closed(answers: Answers, question: Question) -> bool:
    return any(answers.get(by) is Answer.NO for by in CLOSED_BY_NO.get(question, ()))
