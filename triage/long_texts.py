"""Long texts put together of short labelled ones, to learn how much a long text must say.

The sets hold few transcripts. A calm one is many texts without risk in a row; a risky one is the
same with one risky text among them. They are made within one fold, so that the model which judges
them has seen none of their texts, and they teach the fusion only: no word or weight comes of them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from triage.features import Seen, joined
from triage.labelled import Labelled

#: For each language and fold: so many calm and so many risky long texts.
EACH = 24
#: How many sentences they have, about.
SIZES = (8, 16, 32, 64, 120)
_LONGEST_PIECE = 12
_FEWEST_PIECES = 8
#: What people say in passing: these kinds of our own texts, and every text of the outside sets. The
#: other kinds (denied, quoted, said for effect) are rare in talk and frequent in our corpus.
_PLAIN = frozenset(("", "distress", "information", "problem", "small_talk"))
#: How often a piece of the other kinds stands in a long text.
_HARD_SHARE = 0.04


@dataclass(frozen=True)
class LongText:
    """One long text: whether a risky text stands in it, its level (-1: not known), its fold."""

    seen: Seen
    risky: bool
    level: int
    fold: int


def long_texts(texts: Sequence[Labelled], seen: Sequence[Seen], folds: Any) -> tuple[LongText, ...]:
    """The long texts of each language and fold; none where there are too few texts to make them."""
    found: list[LongText] = []
    for language in sorted({each.language for each in seen}):
        for fold in sorted(set(map(int, folds))):
            here = [i for i, each in enumerate(seen)
                    if each.language == language and folds[i] == fold and _is_piece(texts[i], each)]
            every = [i for i in here if texts[i].any_risk is False and texts[i].level == 0]
            calm = [i for i in every if texts[i].category in _PLAIN]
            hard = [i for i in every if texts[i].category not in _PLAIN] or calm
            risky = [i for i in here if _is_risky(texts[i]) and len(seen[i].parts) <= 3]
            if len(calm) < _FEWEST_PIECES or not risky:
                continue
            draw = random.Random(f"{language}:{fold}")  # noqa: S311
            for number in range(2 * EACH):
                pieces = _row(draw, calm, hard, seen)
                level = 0
                if number % 2:
                    chosen = draw.choice(risky)
                    pieces.insert(draw.randrange(len(pieces) + 1), chosen)
                    known = texts[chosen].level
                    level = -1 if known is None else known
                found.append(LongText(joined([seen[i] for i in pieces]), bool(number % 2), level, fold))
    return tuple(found)


def _row(
    draw: random.Random, calm: Sequence[int], hard: Sequence[int], seen: Sequence[Seen]
) -> list[int]:
    size = draw.choice(SIZES)
    pieces: list[int] = []
    sentences = 0
    while sentences < size:
        pieces.append(draw.choice(hard if draw.random() < _HARD_SHARE else calm))
        sentences += len(seen[pieces[-1]].parts)
    return pieces


def _is_piece(text: Labelled, shape: Seen) -> bool:
    made_to_mislead = text.twin or (text.own and "scope" in text.source)
    return not made_to_mislead and 0 < len(shape.parts) <= _LONGEST_PIECE


def _is_risky(text: Labelled) -> bool:
    return text.level >= 2 if text.level is not None else bool(text.any_risk)


__all__ = ["LongText", "long_texts"]
