"""Invariant 11: reports for others outside hide counts under five, and none can be worked out."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotline.reports.suppression import SMALLEST, TOTAL, Cell, equations, hidden

COLUMNS = ("start", "help", "other", "opened", "closed", "end")
IDENTITIES = (
    {"help": 1, "other": 1, "opened": -1},
    {"start": 1, "opened": 1, "closed": -1, "end": -1},
)


def whole(rows: list[tuple[int, int, int, int]]) -> dict[Cell, int]:
    """A table of cases: what is free in each row, what follows from it, and the totals."""
    counts: dict[Cell, int] = {}
    for place, (start, help_, other, ended) in enumerate(rows):
        opened = help_ + other
        closed = min(ended, start + opened)
        values = (start, help_, other, opened, closed, start + opened - closed)
        counts |= {(place, name): value for name, value in zip(COLUMNS, values, strict=True)}
    for name in COLUMNS:
        counts[TOTAL, name] = sum(counts[place, name] for place in range(len(rows)))
    return counts


def worlds(
    counts: dict[Cell, int], away: frozenset[Cell], known: list[dict[Cell, int]]
) -> dict[Cell, tuple[float, float]]:
    """The least and the most each small hidden count can be, for somebody who knows the rule well.

    Solved exactly, in whole numbers: what is shown is known, small cells are 0 to 4, others 5 and up.
    """
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    cells = sorted(away, key=str)
    place = {cell: number for number, cell in enumerate(cells)}
    matrix, right = [], []
    for each in known:
        row = np.zeros(len(cells))
        shown = 0
        for cell, factor in each.items():
            if cell in place:
                row[place[cell]] = factor
            else:
                shown += factor * counts[cell]
        if row.any():
            matrix.append(row)
            right.append(-shown)
    small = [counts[cell] < SMALLEST for cell in cells]
    bounds = Bounds([0 if each else SMALLEST for each in small],
                    [SMALLEST - 1 if each else np.inf for each in small])
    rules = LinearConstraint(np.array(matrix), right, right) if matrix else ()
    found = {}
    for cell in (cell for cell in cells if counts[cell] < SMALLEST):
        aim = np.zeros(len(cells))
        aim[place[cell]] = 1
        ends = []
        for sign in (1, -1):
            done = milp(sign * aim, constraints=rules, bounds=bounds, integrality=np.ones(len(cells)))
            assert done.status == 0, done.message
            ends.append(sign * done.fun)
        found[cell] = (round(ends[0]), round(ends[1]))
    return found


counts_of_a_row = st.tuples(st.integers(0, 12), st.integers(0, 9), st.integers(0, 9), st.integers(0, 12))


@settings(max_examples=60, deadline=None)
@given(st.lists(counts_of_a_row, min_size=1, max_size=5))
@example([(0, 0, 0, 0)])
@example([(2, 5, 5, 0), (5, 5, 5, 5), (5, 5, 5, 5)])
@example([(4, 4, 4, 4), (4, 4, 4, 4), (100, 50, 50, 60)])
@example([(0, 0, 0, 0), (5, 5, 5, 5), (100, 50, 50, 60)])
def test_11_no_suppressed_cell_can_be_computed_from_the_rest(
    rows: list[tuple[int, int, int, int]],
) -> None:
    counts = whole(rows)
    known = [dict(each) for each in equations(range(len(rows)), COLUMNS, IDENTITIES)]
    away = hidden(counts, known)
    assert all(count >= SMALLEST for cell, count in counts.items() if cell not in away)
    for cell, (least, most) in worlds(counts, away, known).items():
        assert least < most, f"{cell} is {counts[cell]} and nothing else: hidden {sorted(away, key=str)}"


@pytest.mark.parametrize(("counts", "away"), [
    ((7, 8, 9), set()),
    ((7, 8, 2), {2, 0}),
    ((2, 3, 40), {0, 1}),
    # Together nought: each would be nought, so another goes too.
    ((0, 0, 40), {0, 1, 2}),
])
def test_what_is_hidden_is_no_more_than_needed(counts: tuple[int, ...], away: set[int]) -> None:
    cells: dict[Cell, int] = {(place, "n"): count for place, count in enumerate(counts)}
    cells[TOTAL, "n"] = sum(counts)
    found = hidden(cells, equations(range(len(counts)), ("n",), ()))
    assert {row for row, _column in found} == away
