"""A report as a table: a row a centre, a total that is their sum, and a copy for others outside.

Counts are added up. Shares, means and times are worked out of the row's own counts and values, never
out of those of other rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from hotline.reports.suppression import SMALLEST, TOTAL, Cell, equations, hidden

Counts = dict[str, dict[int, int]]
"""Column to centre to count; a centre that is missing has none."""

Values = dict[str, dict[int, list[float]]]
"""Column to centre to single values, such as days waited."""


@dataclass(frozen=True, slots=True)
class Count:
    """A column of counts."""

    key: str


@dataclass(frozen=True, slots=True)
class Share:
    """A column worked out of two others: `part` of `whole`; `percent`, or else how many each."""

    key: str
    part: str
    whole: str
    percent: bool = True


@dataclass(frozen=True, slots=True)
class Spread:
    """A column of the middle value, or of the one that nine in ten do not exceed (`tenth`).

    `of` names the column that counts the values.
    """

    key: str
    values: str
    of: str
    tenth: bool = False


Column = Count | Share | Spread


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a report, and what holds among its counts in every row."""

    key: str
    columns: tuple[Column, ...]
    identities: tuple[Mapping[str, int], ...] = ()

    @property
    def counted(self) -> tuple[str, ...]:
        """The columns of counts."""
        return tuple(one.key for one in self.columns if isinstance(one, Count))


@dataclass(frozen=True, slots=True)
class Value:
    """One cell: a number, nothing to tell (None), or hidden."""

    number: float | None
    column: Column
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its figures; `centres` are the rows, in order."""

    shape: Shape
    centres: tuple[int, ...]
    counts: Counts
    values: Values = field(default_factory=dict)
    outside: bool = False

    def count(self, centre: int | None, column: str) -> int:
        """One count; without a centre the sum of them all."""
        row = self.counts.get(column, {})
        if centre is not TOTAL:
            return row.get(centre, 0)
        return sum(row.get(one, 0) for one in self.centres)

    def cells(self) -> dict[Cell, int]:
        """Every count by its place."""
        return {
            (centre, column): self.count(centre, column)
            for centre in (*self.centres, TOTAL) for column in self.shape.counted
        }

    def away(self) -> frozenset[Cell]:
        """The counts that are not shown: none in the house."""
        if not self.outside:
            return frozenset()
        known = equations(self.centres, self.shape.counted, self.shape.identities)
        return hidden(self.cells(), known)

    def rows(self, only: Collection[int] | None = None) -> list[tuple[int | None, list[Value]]]:
        """The rows, the total last, each with a value a column.

        With `only` the rows of those centres; the total is left out unless they are all there are.
        """
        away = self.away()
        shown = [one for one in self.centres if only is None or one in only]
        last = [TOTAL] if len(shown) == len(self.centres) else []
        return [
            (centre, [self._value(centre, one, away) for one in self.shape.columns])
            for centre in (*shown, *last)
        ]

    def _value(self, centre: int | None, column: Column, away: frozenset[Cell]) -> Value:
        match column:
            case Count(key):
                gone = (centre, key) in away
                return Value(None if gone else self.count(centre, key), column, gone)
            case Share(_key, part, whole, percent):
                gone = bool({(centre, part), (centre, whole)} & away)
                below = self.count(centre, whole)
                if gone or not below:
                    return Value(None, column, gone)
                return Value(self.count(centre, part) / below * (100 if percent else 1), column)
            case Spread(_key, name, of, tenth):
                found = self._values(centre, name)
                gone = (centre, of) in away or (self.outside and len(found) < SMALLEST)
                # A total beside centres that are hidden would tell of them.
                gone = gone or (centre is TOTAL and any((one, of) in away for one in self.centres))
                if gone or not found:
                    return Value(None, column, gone)
                return Value(_ninth_tenth(found) if tenth else median(found), column)

    def _values(self, centre: int | None, name: str) -> list[float]:
        row = self.values.get(name, {})
        if centre is not TOTAL:
            return row.get(centre, [])
        return [value for one in self.centres for value in row.get(one, [])]


def _ninth_tenth(found: Sequence[float]) -> float:
    return found[0] if len(found) == 1 else quantiles(found, n=10, method="inclusive")[-1]


def by_centre(pairs: Iterable[tuple[int, float]]) -> dict[int, list[float]]:
    """Single values, gathered by centre."""
    found: defaultdict[int, list[float]] = defaultdict(list)
    for centre, value in pairs:
        found[centre].append(value)
    return dict(found)


def added(*some: Mapping[int, int]) -> dict[int, int]:
    """Counts of several columns together, by centre."""
    return {centre: sum(one.get(centre, 0) for one in some) for centre in {k for one in some for k in one}}
