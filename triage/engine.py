"""What risk a contact shows: `assess` weighs the questions, the person, the phrases, the model.

Only the questions and a person decide (`effective`); words and classifier may ask for a look
(`suggested`). Nothing here lowers anything, and nothing a text says can lower a code.
"""

from __future__ import annotations

from triage.assessment import Assessment, Change, Facts, Policy
from triage.evidence import PhraseReader, Predictor
from triage.hearing import Heard, hear_model, hear_phrases
from triage.reasons import Reason, reason
from triage.screener import Floor, could_raise, floor
from triage.vocabulary import ReasonSource, ResponseCode, highest

_SOURCE_ORDER = {
    ReasonSource.QUESTION: 0,
    ReasonSource.PERSON: 1,
    ReasonSource.PHRASE: 2,
    ReasonSource.MODEL: 3,
    ReasonSource.ROUTING: 4,
    ReasonSource.SYSTEM: 5,
}


def assess(
    facts: Facts,
    *,
    predictor: Predictor | None = None,
    reader: PhraseReader | None = None,
    policy: Policy | None = None,
) -> Assessment:
    """The code that binds, the code suggested, and every reason for both.

    Never raises for a broken reader or classifier: it says so in a reason and goes on without.
    A human code of U is taken as not rated. With no rating the floor alone binds, so that a
    counselling contact in which nobody asked is U.
    """
    policy = policy or Policy()
    human = facts.human if facts.human is not ResponseCode.U else None
    asked = _floor(facts, human)
    phrases = hear_phrases(facts, reader, policy)
    model = hear_model(facts, predictor, policy)
    effective = highest(human, asked.code) or asked.code
    heard = highest(phrases.code, model.code)
    suggested = highest(asked.code, heard if _is_a_sign(heard) else None) or asked.code
    return Assessment(
        effective=effective,
        floor=asked.code,
        human=human,
        suggested=suggested,
        phrase_code=phrases.code,
        model_code=model.code,
        needs_review=suggested.rank > effective.rank,
        shows_at_once=heard is not None and heard.rank >= policy.show_at_once.rank,
        reasons=_ordered(asked, human, phrases, model),
        would_change=_would_change(facts, asked, effective),
        missing=asked.missing,
        safeguards=asked.safeguards,
        problems=phrases.reading.problems if phrases.reading else (),
        reading=phrases.reading,
        prediction=model.prediction,
    )


def _is_a_sign(heard: ResponseCode | None) -> bool:
    """Whether words heard ask for a look: a low level means E or N alike, no sign of risk."""
    return heard is not None and heard.rank >= ResponseCode.D.rank


def _floor(facts: Facts, human: ResponseCode | None) -> Floor:
    return floor(
        facts.answers,
        call_type=facts.call_type,
        not_asked_reason=facts.not_asked_reason,
        age_band=facts.age_band,
        unasked_reviewed=facts.unasked_reviewed and human is not None,
    )


def _ordered(
    asked: Floor, human: ResponseCode | None, phrases: Heard, model: Heard
) -> tuple[Reason, ...]:
    """All reasons, most urgent first; those that explain without raising come last."""
    reasons = [*asked.reasons, *_rated(asked, human), *phrases.reasons, *model.reasons]
    return tuple(
        sorted(
            reasons,
            key=lambda each: (
                -(each.code.rank if each.code else -1),
                _SOURCE_ORDER[each.source],
            ),
        )
    )


def _rated(asked: Floor, human: ResponseCode | None) -> tuple[Reason, ...]:
    if human is None:
        return ()
    rule_id = "H-2" if human.rank < asked.code.rank else "H-1"
    return (reason(rule_id, human, ReasonSource.PERSON),)


def _would_change(facts: Facts, asked: Floor, effective: ResponseCode) -> tuple[Change, ...]:
    """What could still raise the outcome, and the questions whose answers would end U."""
    raising = could_raise(
        facts.answers,
        effective,
        call_type=facts.call_type,
        age_band=facts.age_band,
    )
    if effective is not ResponseCode.U:
        return raising
    named = {change.question for change in raising}
    ending = (Change(question, asked.stated) for question in asked.missing)
    return (*raising, *(change for change in ending if change.question not in named))


__all__ = ["Assessment", "Change", "Facts", "Policy", "assess"]
