"""What the phrases and the classifier say of one text, bounded to what each may say.

A reader that breaks is recorded as a reason and says nothing: an assessment is never stopped by
the part that is only there to help.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from triage.assessment import Facts, Policy
from triage.evidence import PhraseHit, PhraseReader, Prediction, Predictor, TextReading
from triage.reasons import Reason, reason
from triage.vocabulary import CallType, ReasonSource, ResponseCode, highest

MODEL_REACHES = ResponseCode.B
"""The classifier alone never says that an act is happening now."""

ACTING_NOW = frozenset({"attempt_now"})
"""Phrase categories which, in the first person, may suggest an emergency by themselves."""

THIRD_PERSON = "third_person"
FIRST_PERSON = "first_person"

THIRD_PARTY_CODES: Mapping[str, ResponseCode] = {
    "attempt_now": ResponseCode.B,
    "plan": ResponseCode.B,
    "means": ResponseCode.B,
    "recent_attempt": ResponseCode.B,
    "goodbye": ResponseCode.C,
    "active": ResponseCode.C,
    "child_risk": ResponseCode.C,
    "threat_other": ResponseCode.C,
    "violence_self": ResponseCode.C,
    "passive": ResponseCode.D,
    "self_harm": ResponseCode.D,
    "hopeless": ResponseCode.D,
    "burden": ResponseCode.D,
}
"""What a phrase about another means when that person is the one being assessed; B at most."""

_STABLE_WORDS = frozenset({"too_short", "unlike_training", "language_off", "model_off"})


@dataclass(frozen=True, slots=True)
class Heard:
    """What one listener says: the code it suggests (None: nothing) and why."""

    code: ResponseCode | None
    reasons: tuple[Reason, ...]
    reading: TextReading | None = None
    prediction: Prediction | None = None


def hear_phrases(facts: Facts, reader: PhraseReader | None, policy: Policy) -> Heard:
    """The code the phrases of the text suggest: A only for a first-person act happening now."""
    if reader is None or not policy.phrases_on:
        return Heard(None, (reason("P-OFF", None, ReasonSource.SYSTEM),))
    if not facts.text.strip():
        return Heard(None, ())
    try:
        reading = reader(facts.text)
        weighed = [_weigh(hit, facts.call_type) for hit in reading.hits]
    except Exception:  # whatever breaks in a helper must not stop an assessment
        return Heard(None, (reason("P-ERR", None, ReasonSource.SYSTEM),))
    weighed.sort(key=lambda each: (-_rank(each.code), each.rule_id))
    weighed = list({(each.rule_id, each.segment): each for each in reversed(weighed)}.values())
    weighed.reverse()
    code = highest(*(each.code for each in weighed))
    kept = tuple(weighed[: policy.max_reasons])
    claimed = reading.code
    # A reader may combine phrases into a code no single hit carries; it is heard below A only.
    if claimed is not None and _rank(claimed) > _rank(code):
        bounded = claimed if claimed is not ResponseCode.A else ResponseCode.B
        if _rank(bounded) > _rank(code) and facts.call_type is not CallType.ANOTHER:
            code = bounded
            kept = (reason(f"P-{bounded.value}", bounded, ReasonSource.PHRASE), *kept)
    return Heard(code, kept, reading=reading)


def hear_model(facts: Facts, predictor: Predictor | None, policy: Policy) -> Heard:
    """The code the classifier suggests, B at most, and nothing where it is off or abstains."""
    if predictor is None or not policy.model_on:
        return _silent("model_off")
    if not facts.text.strip():
        return _silent("too_short")
    try:
        prediction = predictor.predict(facts.text)
        return _from_prediction(prediction, facts, policy)
    except Exception:  # whatever breaks in a helper must not stop an assessment
        return Heard(None, (reason("M-ERR", None, ReasonSource.SYSTEM),))


def _from_prediction(prediction: Prediction, facts: Facts, policy: Policy) -> Heard:
    language = prediction.language or (facts.language.value if facts.language else "")
    if prediction.level is None:
        return _silent(prediction.abstained_because or "other", prediction)
    if language not in policy.model_languages:
        return _silent("language_off", prediction)
    code = prediction.level.code
    if code.rank > MODEL_REACHES.rank:
        code = MODEL_REACHES
    because = reason(
        f"M-{prediction.level.value}",
        code,
        ReasonSource.MODEL,
        params={"score": f"{prediction.score:.2f}"},
        segment=prediction.segment,
    )
    return Heard(code, (because,), prediction=prediction)


def _silent(because: str, prediction: Prediction | None = None) -> Heard:
    variant = because if because in _STABLE_WORDS else "other"
    return Heard(
        None,
        (reason("M-0", None, ReasonSource.MODEL, variant=variant),),
        prediction=prediction,
    )


def _weigh(hit: PhraseHit, call_type: CallType | None) -> Reason:
    """The hit as a reason, its code bounded by who speaks of whom."""
    if call_type is CallType.ANOTHER and hit.scope == THIRD_PERSON:
        # A reader weighs words about another down; here the other is who is assessed.
        code = highest(hit.code, THIRD_PARTY_CODES.get(hit.category))
        if code is None:
            return _phrase(hit, None, "P-0")
        return _phrase(hit, code if code is not ResponseCode.A else ResponseCode.B, "P-3")
    if hit.code is None:
        return _phrase(hit, None, "P-0")
    if hit.code is ResponseCode.A and not _acting_now(hit):
        return _phrase(hit, ResponseCode.B, "P-CAP")
    if hit.code in (ResponseCode.N, ResponseCode.U):
        return _phrase(hit, None, "P-0")
    return _phrase(hit, hit.code, f"P-{hit.code.value}")


def _acting_now(hit: PhraseHit) -> bool:
    return hit.scope == FIRST_PERSON and hit.category in ACTING_NOW


def _phrase(hit: PhraseHit, code: ResponseCode | None, message: str) -> Reason:
    because = reason(message, code, ReasonSource.PHRASE, segment=hit.segment)
    # The stable id is the phrase's own, the sentence that of its code.
    return Reason(hit.rule_id, code, because.source, because.message, {}, hit.segment)


def _rank(code: ResponseCode | None) -> int:
    return -1 if code is None else code.rank
