"""The figures of people and machine, from judged contacts: pure arithmetic, no database.

Every share carries its Wilson interval. Counts from 1 to 4 are never shown.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hotline.governance.judged import FLAG, LISTENERS, NEED_MODEL, URGENT, Judged, reaches
from triage.vocabulary import ResponseCode

SMALLEST = 5
"""A count below this, but above 0, could point to a person and is not shown."""

Z95 = 1.959964
"""The normal quantile of a 95 % interval."""

CODES = (
    ResponseCode.A, ResponseCode.B, ResponseCode.C, ResponseCode.D, ResponseCode.E, ResponseCode.N,
)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `of`, as a share with its 95 % interval."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share from 0 to 1, None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson interval (Wilson 1927): sound for small counts and for shares near 1."""
        return wilson(self.hits, self.of)

    @property
    def hidden(self) -> bool:
        """True where too few contacts stand behind it to be shown."""
        return self.of < SMALLEST


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share; (0, 1) of nothing."""
    if of == 0:
        return 0.0, 1.0
    share, square = hits / of, Z95 * Z95
    middle = share + square / (2 * of)
    half = Z95 * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    below, above = (middle - half) / (1 + square / of), (middle + half) / (1 + square / of)
    # Rounding must not push the end of "all" or "none" past it.
    return (0.0 if hits == 0 else below), (1.0 if hits == of else above)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one group of contacts shows.

    `found`: of contacts people put at B or A, the share each listener put at C or above.
    `found_high`: the same for C and above, rules and model together. `precise`: of what rules and
    model put at C or above, the share people put there too. `flagged`: the share of all contacts
    that rules and model put at C or above. `overridden`: of the suggestions reviewed, the share
    that was not followed.
    """

    contacts: int
    found: Mapping[str, Rate]
    found_high: Rate
    precise: Rate
    flagged: Rate
    overridden: Rate

    @property
    def hidden(self) -> bool:
        """True where the whole group is too small to be shown."""
        return self.contacts < SMALLEST


def figures(contacts: Sequence[Judged]) -> Figures:
    """The figures of these contacts; those nobody rated are left out."""
    rated = [each for each in contacts if each.truth is not None]
    asked = [each for each in rated if each.model_known]
    urgent = [each for each in rated if reaches(each.truth, URGENT)]
    flagged = [each for each in asked if reaches(each.both, FLAG)]
    high = [each for each in asked if reaches(each.truth, FLAG)]
    reviewed = [each for each in rated if each.override is not None]
    return Figures(
        contacts=len(rated),
        found={
            name: _share([e for e in urgent if e.model_known or name not in NEED_MODEL],
                         lambda each, heard=heard: reaches(heard(each), FLAG))  # type: ignore[misc]
            for name, heard in LISTENERS.items()
        },
        found_high=_share(high, lambda each: reaches(each.both, FLAG)),
        precise=_share(flagged, lambda each: reaches(each.truth, FLAG)),
        flagged=Rate(len(flagged), len(asked)),
        overridden=_share(reviewed, lambda each: bool(each.override)),
    )


def _share(contacts: Sequence[Judged], is_hit: Callable[[Judged], bool]) -> Rate:
    return Rate(sum(1 for each in contacts if is_hit(each)), len(contacts))


def by_group(
    contacts: Sequence[Judged], key: Callable[[Judged], Key]
) -> dict[Key, Figures | None]:
    """The figures of each group; None for a group that must not be shown.

    A group of 1 to 4 is hidden. Where it is the only hidden one it could be worked out from the
    total, so the smallest of the others is hidden with it.
    """
    groups: dict[Key, list[Judged]] = defaultdict(list)
    for each in contacts:
        if each.truth is not None:
            groups[key(each)].append(each)
    hidden = hidden_groups({name: len(members) for name, members in groups.items()})
    return {
        name: None if name in hidden else figures(members) for name, members in groups.items()
    }


def hidden_groups(sizes: Mapping[Key, int]) -> set[Key]:
    """Which of these counts must not be shown so that none of 1 to 4 can be worked out."""
    hidden = {name for name, size in sizes.items() if 0 < size < SMALLEST}
    if len(hidden) == 1:
        rest = [name for name, size in sizes.items() if size >= SMALLEST]
        if rest:
            hidden.add(min(rest, key=lambda name: (sizes[name], str(name))))
    return hidden


def confusion(contacts: Sequence[Judged]) -> dict[tuple[ResponseCode, ResponseCode], int]:
    """How often people gave one code first and the machine suggested another: (person, machine)."""
    return Counter(
        (each.first, each.suggested)
        for each in contacts
        if each.first is not None and each.first is not ResponseCode.U
        and each.suggested is not ResponseCode.U
    )


def hidden_cells(
    cells: Mapping[tuple[ResponseCode, ResponseCode], int],
) -> set[tuple[ResponseCode, ResponseCode]]:
    """The cells of the table that must not be shown."""
    return {place for place, count in cells.items() if 0 < count < SMALLEST}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far people and machine agreed in one stretch of time.

    `kappa` is Cohen's with squared weights: 1 is full agreement, 0 what chance alone would give.
    None where either gave one code throughout.
    """

    same: Rate
    kappa: float | None


def agreement(contacts: Sequence[Judged]) -> Agreement:
    """The agreement of the person's first rating with the suggestion."""
    stated = [
        (each.first, each.suggested)
        for each in contacts
        if each.first is not None and each.first is not ResponseCode.U
        and each.suggested is not ResponseCode.U
    ]
    return Agreement(
        Rate(sum(1 for person, machine in stated if person is machine), len(stated)),
        squared_kappa([(person.rank, machine.rank) for person, machine in stated]),
    )


def squared_kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Cohen's kappa with squared weights (Cohen 1968) of pairs of ranks; None where undefined."""
    if not pairs:
        return None
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    seen = sum((a - b) ** 2 for a, b in pairs) / len(pairs)
    chance = sum(
        (a - b) ** 2 * many * other for a, many in left.items() for b, other in right.items()
    ) / len(pairs) ** 2
    return 1 - seen / chance if chance else None


@dataclass(frozen=True, slots=True)
class Bin:
    """Contacts of about the same predicted chance: the mean of the chances, and what people said."""

    low: float
    high: float
    predicted: float
    seen: Rate


HEADS: Mapping[str, ResponseCode] = {"d": ResponseCode.D, "c": ResponseCode.C, "b": ResponseCode.B}
"""The chances a model gives: of D or more, of C or more, of B or more."""


def calibration(contacts: Sequence[Judged], head: str, bins: int = 10) -> list[Bin]:
    """For each tenth of the scale with contacts in it: predicted chance and how often it was so."""
    place = list(HEADS).index(head)
    groups: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for each in contacts:
        if each.truth is None or each.chances is None:
            continue
        chance = each.chances[place]
        groups[min(int(chance * bins), bins - 1)].append((chance, reaches(each.truth, HEADS[head])))
    return [
        Bin(
            number / bins, (number + 1) / bins,
            sum(chance for chance, _ in members) / len(members),
            Rate(sum(1 for _, so in members if so), len(members)),
        )
        for number, members in sorted(groups.items())
    ]


def calibration_error(found: Sequence[Bin]) -> float | None:
    """The mean distance of predicted and seen, each bin by its weight; None without contacts."""
    total = sum(each.seen.of for each in found)
    if not total:
        return None
    return sum(each.seen.of * abs(each.predicted - (each.seen.value or 0)) for each in found) / total
