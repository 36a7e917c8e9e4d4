"""The lowest code each answer allows, as rows: what the questions decide before anything else.

The rows carry practice.md 2.2 and 2.3 of the profession's standards this project follows: the six
meanings of the field's screener by where the yes falls, and the floors of other harm. Rows marked
"ours" are choices of this project where the standards are silent.
"""

from __future__ import annotations

from dataclasses import dataclass

from triage.vocabulary import AgeBand, Question, ResponseCode, Safeguard

Q = Question
A, B, C, D, E = (
    ResponseCode.A,
    ResponseCode.B,
    ResponseCode.C,
    ResponseCode.D,
    ResponseCode.E,
)

UNDER_18 = frozenset({AgeBand.UNDER_14, AgeBand.FROM_14})
FROM_65 = frozenset({AgeBand.FROM_65})


@dataclass(frozen=True, slots=True)
class FloorRule:
    """One floor: it holds when every group of `all_of` has a yes, and the age fits.

    An unclear answer counts as a yes to `UNCLEAR_REACHES` at most. `state` marks rows about the
    person's state or situation that do not themselves take part when one code is added for
    confusion or drink.
    """

    rule_id: str
    code: ResponseCode
    all_of: tuple[frozenset[Question], ...]
    ages: frozenset[AgeBand] | None = None
    safeguard: Safeguard | None = None
    state: bool = False


UNCLEAR_REACHES = ResponseCode.C
"""An unclear answer is a reason to respond within the day, not to send somebody to the door."""


def _any(*questions: Question) -> frozenset[Question]:
    return frozenset(questions)


_INTENT_TO_ACT = _any(Q.INTENT, Q.PLAN, Q.WITHIN_72_HOURS, Q.WITHIN_WEEK)
_IDEATION = _any(Q.WISH_DEAD, Q.THOUGHTS)
_HIGH = _any(Q.INTENT, Q.ACTED_3_MONTHS, Q.WITHIN_WEEK)

FLOOR_RULES: tuple[FloorRule, ...] = (
    FloorRule("F-A1", A, (_any(Q.ACTING_NOW),)),
    FloorRule("F-A2", A, (_any(Q.MEANS_IN_HAND), _INTENT_TO_ACT)),
    FloorRule("F-A3", A, (_any(Q.OVERDOSE),)),
    FloorRule("F-A4", A, (_any(Q.VIOLENCE_IMMINENT),), safeguard=Safeguard.SAFE_CONTACT_ONLY),
    FloorRule(
        "F-A5",
        A,
        (_any(Q.THREAT_TO_OTHER), _any(Q.MEANS_IN_HAND)),
        safeguard=Safeguard.POLICE_DECISION,
    ),
    FloorRule("F-B1", B, (_any(Q.PLAN),)),
    FloorRule("F-B2", B, (_any(Q.WITHIN_72_HOURS),)),
    FloorRule("F-B3", B, (_any(Q.ACTED_2_WEEKS),)),
    FloorRule("F-B4", B, (_HIGH, _any(Q.NO_SUPPORT)), state=True),
    FloorRule("F-B5", B, (_HIGH, _any(Q.INTOXICATED)), state=True),
    FloorRule("F-B6", B, (_any(Q.THREAT_TO_OTHER),), safeguard=Safeguard.POLICE_DECISION),
    FloorRule("F-C1", C, (_any(Q.INTENT),)),
    FloorRule("F-C2", C, (_any(Q.ACTED_3_MONTHS),)),
    FloorRule("F-C3", C, (_any(Q.WITHIN_WEEK),)),
    FloorRule("F-C4", C, (_any(Q.CHILD_AT_RISK),), safeguard=Safeguard.MANDATORY_REPORT),
    FloorRule(
        "F-C5",
        C,
        (_any(Q.HARMED_BY_OTHER),),
        ages=UNDER_18,
        safeguard=Safeguard.MANDATORY_REPORT,
    ),
    FloorRule("F-C6", C, (_any(Q.VIOLENCE_CRITICAL),), safeguard=Safeguard.SAFE_CONTACT_ONLY),
    FloorRule("F-C7", C, (_any(Q.ELDER_AT_RISK),)),
    FloorRule("F-C8", C, (_any(Q.HARMED_BY_OTHER),), ages=FROM_65),  # ours: elder abuse by age
    FloorRule("F-C9", C, (_any(Q.MEANS_IN_HAND), _IDEATION | {Q.METHOD})),  # ours
    # The response ladder itself calls great distress without support C.
    FloorRule("F-C10", C, (_any(Q.HIGH_DISTRESS), _any(Q.NO_SUPPORT)), state=True),
    FloorRule("F-D1", D, (_any(Q.METHOD),)),
    FloorRule("F-D2", D, (_any(Q.ACTED_EVER),)),
    FloorRule("F-D3", D, (_IDEATION, _any(Q.HIGH_DISTRESS), _any(Q.ALONE)), state=True),
    FloorRule("F-D4", D, (_any(Q.SELF_HARM),)),  # ours: harm without a wish to die
    FloorRule(  # ours: an adult harmed is rung back soon, and only where it is safe
        "F-D5", D, (_any(Q.HARMED_BY_OTHER),), safeguard=Safeguard.SAFE_CONTACT_ONLY
    ),
    FloorRule("F-E1", E, (_any(Q.THOUGHTS),)),
    FloorRule("F-E2", E, (_any(Q.WISH_DEAD),)),
    FloorRule("F-E3", E, (_any(Q.BASICS_MISSING),), safeguard=Safeguard.SAME_DAY_RESOURCE),
)

RAISES_ONE: tuple[tuple[str, Question], ...] = (
    ("F-X1", Question.CONFUSED),
    ("F-X2", Question.INTOXICATED),
)
"""States in which a person can judge and keep themself less: the code goes one step up."""

ONE_UP = {
    ResponseCode.N: ResponseCode.E,
    ResponseCode.E: ResponseCode.D,
    ResponseCode.D: ResponseCode.C,
    ResponseCode.C: ResponseCode.B,
    ResponseCode.B: ResponseCode.A,
    ResponseCode.A: ResponseCode.A,
}
