"""A contact as people and machine judged it: plain values, from which everything is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.vocabulary import AgeBand, LoweringReason, ResponseCode, Sex, highest

URGENT = ResponseCode.B
"""From this code of a person on, a contact must not be missed."""

FLAG = ResponseCode.C
"""From this code of the machine on, a contact counts as found."""

SETTLED = timedelta(hours=24)
"""A rating made this long after the first still speaks of the same talk."""

CORRECTING = frozenset((LoweringReason.RATED_IN_ERROR, LoweringReason.NOT_A_DISCLOSURE))
"""Reasons that say the first rating was wrong; after the others it was right when it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One step in the assessments of a contact, oldest first."""

    human: ResponseCode | None
    at: datetime
    agreed_with: ResponseCode | None = None
    lowering: LoweringReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One contact: the code people settled on, and what each listener said of it.

    `truth` is None where nobody rated. `model` is None where the model abstained; `model_known`
    is False where this model was never asked, and then it is left out of its figures.
    `override` is True where a suggestion was looked at and not followed, None without one.
    """

    report_id: int
    public_id: str
    at: datetime
    centre_id: int
    line_id: int | None = None
    language: str = ""
    text_language: str = ""
    sex: Sex = Sex.UNKNOWN
    age_band: AgeBand = AgeBand.UNKNOWN
    first: ResponseCode | None = None
    truth: ResponseCode | None = None
    floor: ResponseCode = ResponseCode.N
    phrases: ResponseCode | None = None
    model: ResponseCode | None = None
    model_known: bool = True
    abstained_because: str | None = None
    suggested: ResponseCode = ResponseCode.N
    override: bool | None = None
    chances: tuple[float, float, float] | None = None
    consented: bool = False

    @property
    def rules(self) -> ResponseCode:
        """What questions and phrases say together."""
        return highest(self.floor, self.phrases) or self.floor

    @property
    def both(self) -> ResponseCode:
        """What rules and model say together."""
        return highest(self.rules, self.model) or self.rules

    @property
    def is_urgent(self) -> bool:
        """True when people put it at B or A."""
        return reaches(self.truth, URGENT)


Listener = Callable[[Judged], ResponseCode | None]

LISTENERS: Mapping[str, Listener] = {
    "phrases": lambda each: each.phrases,
    "rules": lambda each: each.rules,
    "model": lambda each: each.model,
    "both": lambda each: each.both,
}
"""Who may have raised a contact. Only the last two need the model."""

NEED_MODEL = frozenset(("model", "both"))


def reaches(code: ResponseCode | None, bar: ResponseCode) -> bool:
    """True when there is a code and it is at least the bar; U is no statement and reaches nothing."""
    return code is not None and code is not ResponseCode.U and code.rank >= bar.rank


def settled(ratings: Sequence[Rating]) -> ResponseCode | None:
    """The code people settled on for one talk, None where nobody rated it.

    A later rating counts when it is no lower and within a day of the first; agreeing with a
    suggestion counts whenever it was reviewed; lowering counts only where its reason says that the
    first rating was wrong.
    """
    rated = [
        (each.human, each) for each in ratings
        if each.human is not None and each.human is not ResponseCode.U
    ]
    if not rated:
        return None
    code: ResponseCode = rated[0][0]
    first = rated[0][1]
    for human, each in rated[1:]:
        if each.lowering is not None:
            code = human if each.lowering in CORRECTING else code
        elif human.rank > code.rank and each.at - first.at <= SETTLED:
            code = human
    for each in ratings:
        if each.agreed_with is not None and each.agreed_with.rank > code.rank:
            code = each.agreed_with
    return code


def missed(contacts: Sequence[Judged]) -> list[Judged]:
    """Every contact people put at B or A that the model put below C or said nothing of."""
    return [
        each for each in contacts
        if each.is_urgent and each.model_known and not reaches(each.model, FLAG)
    ]
