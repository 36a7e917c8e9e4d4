"""How much each text counts in training, what it is true of, and whether it teaches by sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triage.classifier import HEADS, LANGUAGES
from triage.features import Seen, Unit
from triage.labelled import Labelled
from triage.long_texts import LongText

#: A long text put together counts this much in fitting the fusion, one without risk and one with:
#: they are made in equal numbers, and most long talks hold no word of risk. Where long calls were
#: raised rarely for nothing, those with risk count more: Chinese ones are then found in seven of ten
#: cases instead of five, and hardly more of the calm ones are raised.
LONG_WEIGHT = {"zh": (0.77, 0.23), "yue": (0.82, 0.18), "en": (0.8, 0.2), "pt": (0.85, 0.15)}
OWN_TEXT = {"zh": 0.16, "yue": 0.6, "en": 0.25, "pt": 0.26}
SCOPE_TEXT = 0.2
#: A hard pair teaches what words weigh. How much a text as a whole must say it teaches less: in life
#: calls that were made to mislead are rare.
TWIN_FUSED = 0.25
#: Sets that count less: short posts labelled by their forum, and questions nobody labelled.
SET_WEIGHT = {"zhs_weibo_lemonchiu": 0.5, "en_counselchat_dev": 0.7}
#: Each sentence of a text without risk is one too, and teaches how one sentence of many sounds. All
#: of a text together count this share of it, by the root of their number. In cross-validation it
#: ranked Chinese better (Weibo .928 to .933) and English and Portuguese posts worse (.919 to .916).
SENTENCE_SHARE = {"zh": 0.3, "yue": 0.3}
#: Shorter than this a sentence says nothing (characters).
_SHORTEST_SENTENCE = 4
# What texts of one language count for another; Cantonese learns from written Chinese and back.
_SHARE = {(name, name): 1.0 for name in LANGUAGES} | {("yue", "zh"): 0.8, ("zh", "yue"): 0.8}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sentence:
    """One sentence of a text without risk, how much it counts, and the place of its text."""

    unit: Unit
    language: str
    share: float
    place: int


def calm_sentences(
    texts: Sequence[Labelled], seen: Sequence[Seen], shares: Mapping[str, float] = SENTENCE_SHARE
) -> list[Sentence]:
    """The sentences of the texts of several sentences that are without risk.

    `shares` says for each language how much all the sentences of a text count of what it counts.
    """
    found: list[Sentence] = []
    for place, (text, shape) in enumerate(zip(texts, seen, strict=True)):
        share = shares.get(shape.language, 0.0)
        if share and text.any_risk is False and text.level == 0 and len(shape.parts) > 1:
            each = weight_of(text, shape) * share / math.sqrt(len(shape.parts))
            found += [Sentence(part, shape.language, each, place) for part in shape.parts
                      if len(part.text) >= _SHORTEST_SENTENCE]
    return found


def weight_of(each: Labelled, shape: Seen) -> float:
    """How much a text counts in fitting."""
    if each.category and "scope" in each.source:
        return SCOPE_TEXT
    if each.own:
        return OWN_TEXT[shape.language]
    return SET_WEIGHT.get(each.source, 1.0)


def targets(texts: Sequence[Labelled], head: int) -> npt.NDArray[np.int64]:
    """1 where a text reaches the head's level, 0 where not, -1 where nobody said."""
    found = []
    for each in texts:
        if head == 0:
            found.append(-1 if each.any_risk is None else int(each.any_risk))
        else:
            found.append(-1 if each.level is None else int(each.level > head))
    return np.array(found)


@dataclass(frozen=True)
class Truth:
    """Labels, languages and weights of the texts and then of the long texts put together.

    `share` is what each counts in fitting the readers, `fused` in fitting the fusion.
    """

    levels: npt.NDArray[np.int64]
    languages: npt.NDArray[np.str_]
    share: Floats
    fused: Floats

    @classmethod
    def of(
        cls, texts: Sequence[Labelled], seen: Sequence[Seen], composed: Sequence[LongText]
    ) -> Truth:
        """The truth of these; `levels` has one column for each head."""
        heads = []
        for head in range(len(HEADS)):
            reached = [each.level > head if each.level >= 0 else -1 for each in composed]
            known = [int(each.risky) for each in composed] if head == 0 else reached
            heads.append(np.r_[targets(texts, head), np.array(known, dtype=np.int64)])
        weights = [weight_of(*pair) for pair in zip(texts, seen, strict=True)]
        rarer = [TWIN_FUSED if each.twin else 1.0 for each in texts]
        long = [LONG_WEIGHT[each.seen.language][each.risky] for each in composed]
        return cls(
            np.stack(heads, axis=1),
            np.array([each.language for each in seen] + [each.seen.language for each in composed]),
            np.array(weights + long),
            np.array([*np.multiply(weights, rarer), *long]),
        )


def share_of(language: str, languages: Iterable[str], other: float) -> Floats:
    """How much each text counts for a language, by the language it is in itself."""
    return np.array([_SHARE.get((language, each), other) for each in languages])
