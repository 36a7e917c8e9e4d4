"""Hides small counts in a table that goes out of the house, so that none can be worked out.

A count under five may tell of one person. Hiding it alone is not enough: beside its total, and beside
other columns of its row, it could be computed. So further cells are hidden until, even for somebody who
knows which cells are small and which were hidden to protect them, each hidden count can be two
different numbers at least.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

SMALLEST = 5
"""No count below is told to others outside."""

TOTAL = None
"""The row that is the sum of the others."""

Cell = tuple[int | None, str]
Equation = Mapping[Cell, int]
"""Cells with their factors, which together are zero."""


def equations(
    rows: Sequence[int], columns: Sequence[str], identities: Iterable[Mapping[str, int]]
) -> list[Equation]:
    """What holds among the cells: each column adds up to its total, each row keeps the identities."""
    sums: list[Equation] = [
        {**{(row, column): 1 for row in rows}, (TOTAL, column): -1} for column in columns
    ]
    across: list[Equation] = [
        {(row, column): factor for column, factor in identity.items()}
        for identity in identities for row in (*rows, TOTAL)
    ]
    return sums + across


def hidden(counts: Mapping[Cell, int], known: Sequence[Equation]) -> frozenset[Cell]:
    """The cells that must not be shown: those under five, and what is needed to protect them."""
    small = frozenset(cell for cell, count in counts.items() if count < SMALLEST)
    away = set(small)
    while open_cell := _computable(counts, known, small, away):
        further = _next(counts, known, away, open_cell)
        if further is None:
            # Nothing that bears on it is shown any more.
            break
        away.add(further)
    return frozenset(away)


def _next(
    counts: Mapping[Cell, int], known: Sequence[Equation], away: set[Cell], open_cell: Cell
) -> Cell | None:
    """What to hide next: the smallest shown count of an equation that reaches the cell.

    A centre's count goes before a total, which everybody wants to read. None when all are hidden.
    """
    reached = {open_cell}
    while True:
        beside = {cell for each in known if reached & each.keys() for cell in each}
        shown = [cell for cell in beside if cell not in away]
        if shown:
            return min(shown, key=lambda cell: (cell[0] is TOTAL, counts[cell], str(cell)))
        if beside <= reached:
            return None
        reached |= beside


def _computable(
    counts: Mapping[Cell, int], known: Sequence[Equation], small: frozenset[Cell], away: set[Cell]
) -> Cell | None:
    """A small cell that somebody outside could work out; None when there is none.

    Each small cell must be able to be another number than it is, in some table of whole numbers that
    looks the same from outside. One such table settles every cell that differs in it.
    """
    open_cells = sorted(small, key=str)
    others = _Others(counts, known, small, away)
    while open_cells:
        cell = open_cells.pop()
        world = others.where_it_differs(cell)
        if world is None:
            return cell
        open_cells = [one for one in open_cells if world[one] == counts[one]]
    return None


class _Others:
    """Every table that looks the same from outside: what is shown is as it is, the rest may differ.

    For whoever knows the rule: a small cell is 0 to 4, another hidden one is 5 or more.
    """

    def __init__(
        self, counts: Mapping[Cell, int], known: Sequence[Equation], small: frozenset[Cell],
        away: set[Cell],
    ) -> None:
        self.counts, self.cells = counts, sorted(away, key=str)
        place = {cell: number for number, cell in enumerate(self.cells)}
        self.rows: list[list[int]] = []
        self.sums: list[int] = []
        for each in known:
            row = [0] * len(self.cells)
            for cell in each.keys() & place.keys():
                row[place[cell]] = each[cell]
            if any(row):
                self.rows.append(row)
                self.sums.append(-sum(
                    factor * counts[cell] for cell, factor in each.items() if cell not in place
                ))  # fmt: skip
        self.small = [cell in small for cell in self.cells]

    def where_it_differs(self, cell: Cell) -> Mapping[Cell, int] | None:
        """A table in which the cell is another number; None where there is none."""
        # The solver comes with the classifier's library, and only a copy for outside needs it.
        from scipy.optimize import (  # type: ignore[attr-defined]
            Bounds,
            LinearConstraint,
            milp,
        )

        at = self.cells.index(cell)
        rules = LinearConstraint(self.rows, self.sums, self.sums) if self.rows else ()
        for sign in (1, -1):
            aim = [0] * len(self.cells)
            aim[at] = sign
            found = milp(
                aim, constraints=rules, integrality=[1] * len(self.cells),
                bounds=Bounds(
                    [0 if each else SMALLEST for each in self.small],
                    [SMALLEST - 1 if each else float("inf") for each in self.small],
                ),
            )
            if found.status == 0 and round(found.x[at]) != self.counts[cell]:
                return {one: round(value) for one, value in zip(self.cells, found.x, strict=True)}
        return None
