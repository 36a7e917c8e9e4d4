"""One model beside the one in use, on the same contacts of the agency, whose consent covers training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hotline.governance.contacts import judged
from hotline.governance.gates import LANGUAGES, WINDOW
from hotline.governance.judged import Judged
from hotline.governance.measures import (
    Figures,
    Rate,
    calibration,
    calibration_error,
    figures,
    hidden_groups,
)
from hotline.governance.registry import active
from models.governance import ModelVersion


@dataclass(frozen=True, slots=True)
class Pair:
    """Figures of the one in use and of the other for the same contacts; None where too few."""

    name: str
    contacts: int
    used: Figures | None
    other: Figures | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two models on the same contacts.

    `higher`, `same`, `lower`: how often the other gave a higher, the same, a lower code; None where
    the count must not be shown. The errors are those of calibration for D or more.
    """

    contacts: int
    pairs: list[Pair]
    higher: int | None
    same: int | None
    lower: int | None
    used_error: float | None
    other_error: float | None


def beside(session: Session, row: ModelVersion, now: datetime) -> Compared | None:
    """A model beside the one in use; None where there is no other to compare with."""
    used = active(session)
    if used is None or used.id == row.id:
        return None
    mine = _of(session, used, now)
    others = _of(session, row, now)
    both = sorted(mine.keys() & others.keys())
    here, there = [mine[key] for key in both], [others[key] for key in both]
    turns = Counter(_turn(a, b) for a, b in zip(here, there, strict=True))
    hidden = hidden_groups(turns)
    shown = {turn: None if turn in hidden else turns.get(turn, 0) for turn in (1, 0, -1)}
    return Compared(
        contacts=len(both), pairs=[_pair("", here, there), *_by_language(here, there)],
        higher=shown[1], same=shown[0], lower=shown[-1],
        used_error=_error(here), other_error=_error(there),
    )


def _of(session: Session, row: ModelVersion, now: datetime) -> dict[int, Judged]:
    contacts = judged(session, model_id=row.id, since=now - WINDOW, consented_only=True)
    return {
        each.report_id: each for each in contacts if each.truth is not None and each.model_known
    }


def _by_language(here: Sequence[Judged], there: Sequence[Judged]) -> list[Pair]:
    pairs = []
    sizes = Counter(each.text_language for each in here)
    hidden = hidden_groups(sizes)
    for language in LANGUAGES:
        if not sizes[language]:
            continue
        places = [i for i, each in enumerate(here) if each.text_language == language]
        if language in hidden:
            pairs.append(Pair(language, 0, None, None))
        else:
            pairs.append(_pair(language, [here[i] for i in places], [there[i] for i in places]))
    return pairs


def _pair(name: str, here: Sequence[Judged], there: Sequence[Judged]) -> Pair:
    used, other = figures(here), figures(there)
    if used.hidden:
        return Pair(name, 0, None, None)
    return Pair(name, len(here), used, other)


def _turn(a: Judged, b: Judged) -> int:
    old = a.model.rank if a.model else -1
    new = b.model.rank if b.model else -1
    return (new > old) - (new < old)


def _error(contacts: Sequence[Judged]) -> float | None:
    bins = calibration(contacts, "d")
    return None if Rate(0, len(contacts)).hidden else calibration_error(bins)
