"""The figures are what one works out by hand, and small counts never show."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.governance.drift import (
    Change,
    Input,
    change,
    language_index,
    stability_index,
    week_of,
)
from hotline.governance.judged import Rating, missed, settled
from hotline.governance.measures import (
    Rate,
    agreement,
    by_group,
    calibration,
    calibration_error,
    confusion,
    figures,
    hidden_groups,
    squared_kappa,
    wilson,
)
from tests.governance.judgements import C, contact
from tests.worlds import START
from triage.vocabulary import LoweringReason, ResponseCode

# Ten contacts, judged by hand: people, questions' floor, phrases, model.
TEN = [
    contact(1, truth=C.A, floor=C.A, phrases=C.A, model=C.B),
    contact(2, truth=C.B, floor=C.N, phrases=C.C, model=C.D),
    contact(3, truth=C.B, floor=C.N, phrases=None, model=C.C),
    contact(4, truth=C.B, floor=C.N, phrases=C.D, model=C.E),
    contact(5, truth=C.B, floor=C.U, phrases=None, model=None),
    contact(6, truth=C.C, floor=C.N, phrases=None, model=C.B),
    contact(7, truth=C.C, floor=C.N, phrases=None, model=C.E),
    contact(8, truth=C.D, floor=C.N, phrases=C.C, model=C.D, override=True),
    contact(9, truth=C.E, floor=C.N, phrases=None, model=C.C, override=False),
    contact(10, truth=C.N, floor=C.N, phrases=None, model=C.E),
]


def test_the_figures_of_ten_contacts_are_those_worked_out_by_hand() -> None:
    found = figures(TEN)
    assert found.contacts == 10
    assert found.found["phrases"] == Rate(2, 5)
    assert found.found["rules"] == Rate(2, 5)
    assert found.found["model"] == Rate(2, 5)
    assert found.found["both"] == Rate(3, 5)
    # C and above by people: 1 to 7; found by rules or model: 1, 2, 3, 6.
    assert found.found_high == Rate(4, 7)
    # Flagged: 1, 2, 3, 6, 8, 9; people put 1, 2, 3 and 6 there too.
    assert found.precise == Rate(4, 6)
    assert found.flagged == Rate(6, 10)
    assert found.overridden == Rate(1, 2)


def test_contacts_the_model_never_read_do_not_count_against_it() -> None:
    unread = contact(11, truth=C.B, phrases=C.B, model=None, model_known=False)
    found = figures([*TEN, unread])
    assert found.found["model"] == Rate(2, 5)
    assert found.found["rules"] == Rate(3, 6)
    assert found.flagged.of == 10


def test_contacts_nobody_rated_are_left_out() -> None:
    assert figures([*TEN, contact(12, truth=None, model=C.B)]) == figures(TEN)


def test_every_urgent_contact_the_model_put_below_c_is_missed() -> None:
    assert [each.report_id for each in missed(TEN)] == [2, 4, 5]


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    # Newcombe 1998, table I: 81 of 263 gives .2553 to .3662; 0 of 20 gives 0 to .1611.
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 20)[0] == 0
    assert round(wilson(0, 20)[1], 4) == 0.1611
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 400), st.integers(1, 400))
def test_an_interval_holds_its_share(hits: int, of: int) -> None:
    hits = min(hits, of)
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of <= high <= 1


def test_a_group_of_four_is_hidden_and_cannot_be_worked_out_from_the_rest() -> None:
    contacts = [
        *(contact(n, truth=C.D, language="yue") for n in range(20)),
        *(contact(n, truth=C.D, language="en") for n in range(20, 29)),
        *(contact(n, truth=C.D, language="pt") for n in range(30, 34)),
    ]
    found = by_group(contacts, lambda each: each.language)
    assert found["pt"] is None
    # Two of three with the total would give the third away: the next smallest goes with it.
    assert found["en"] is None
    assert found["yue"] is not None
    assert found["yue"].contacts == 20


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 30), max_size=6))
def test_no_small_count_is_shown_nor_left_alone(sizes: dict[str, int]) -> None:
    hidden = hidden_groups(sizes)
    assert all(name in hidden for name, size in sizes.items() if 0 < size < 5)
    others = [name for name, size in sizes.items() if size >= 5 and name not in hidden]
    assert len(hidden) != 1 or not others


def test_a_share_of_four_is_hidden() -> None:
    assert Rate(4, 4).hidden
    assert not Rate(5, 5).hidden


def test_the_table_of_codes_counts_first_ratings_beside_suggestions() -> None:
    contacts = [
        contact(1, truth=C.B, first=C.D, suggested=C.B), contact(2, first=C.D, suggested=C.B),
        contact(3, first=C.E, suggested=C.E), contact(4, first=C.D, suggested=C.U),
        contact(5, first=None, suggested=C.B),
    ]
    assert confusion(contacts) == {(C.D, C.B): 2, (C.E, C.E): 1}


def test_agreement_and_kappa_are_those_worked_out_by_hand() -> None:
    found = agreement([
        contact(1, first=C.E, suggested=C.E), contact(2, first=C.D, suggested=C.D),
        contact(3, first=C.C, suggested=C.D), contact(4, first=C.B, suggested=C.B),
    ])
    assert found.same == Rate(3, 4)
    # Ranks (1,1) (2,2) (3,2) (4,4): seen 1/4; by chance the mean of all 16 squares, 40/16.
    assert found.kappa == pytest.approx(1 - (1 / 4) / (40 / 16))
    assert squared_kappa([(1, 1), (1, 1)]) is None


def test_calibration_bins_are_those_worked_out_by_hand() -> None:
    chances = [(0.1, C.E), (0.12, C.E), (0.18, C.D), (0.9, C.B), (0.96, C.D), (1.0, C.E)]
    contacts = [
        contact(n, truth=code, chances=(chance, 0.0, 0.0)) for n, (chance, code) in enumerate(chances)
    ]
    low, high = calibration(contacts, "d")
    assert (low.low, low.seen) == (0.1, Rate(1, 3))
    assert low.predicted == pytest.approx(0.4 / 3)
    assert (high.low, high.seen) == (0.9, Rate(2, 3))
    error = calibration_error([low, high])
    assert error == pytest.approx((abs(0.4 - 1) + abs(2.86 - 2)) / 6)


def test_people_settle_on_a_code() -> None:
    def rated(code: ResponseCode | None, hours: float = 0, **more: object) -> Rating:
        return Rating(human=code, at=START + timedelta(hours=hours), **more)  # type: ignore[arg-type]

    wrong, support = LoweringReason.RATED_IN_ERROR, LoweringReason.SUPPORT_ARRIVED
    assert settled([]) is None
    assert settled([rated(None), rated(C.U)]) is None
    assert settled([rated(C.D), rated(C.B, 2)]) is C.B
    # A rise days later is about what happened since.
    assert settled([rated(C.D), rated(C.B, 48)]) is C.D
    assert settled([rated(C.D, agreed_with=C.B)]) is C.B
    assert settled([rated(C.B), rated(C.D, 1, lowering=wrong)]) is C.D
    assert settled([rated(C.B), rated(C.D, 1, lowering=support)]) is C.B
    assert settled([rated(None), rated(C.C, 3)]) is C.C


def test_the_stability_index_is_that_worked_out_by_hand() -> None:
    assert stability_index([10, 10], [10, 10]) == 0
    expected = (0.75 - 0.5) * math.log(0.75 / 0.5) + (0.25 - 0.5) * math.log(0.25 / 0.5)
    assert stability_index([75, 25], [50, 50]) == pytest.approx(expected)
    assert stability_index([0, 0], [1, 1]) is None
    assert language_index({"zh": 8}, {"zh": 8}) == 0


@pytest.mark.parametrize(
    ("index", "contacts", "word"),
    [(None, 50, Change.UNKNOWN), (0.5, 10, Change.UNKNOWN), (0.05, 50, Change.LITTLE),
     (0.2, 50, Change.SOME), (0.3, 50, Change.CLEAR)],
)
def test_an_index_is_told_in_a_word(index: float | None, contacts: int, word: Change) -> None:
    assert change(index, contacts) is word


def test_a_week_counts_what_came_in() -> None:
    week = week_of([
        Input(0.05, 10, "zh", False), Input(1.0, 60, "zh", False), Input(0.0, 3, "en", True),
    ])
    assert (week.contacts, week.abstained) == (3, 1)
    assert week.mean_score == pytest.approx(0.525)
    assert week.scores == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert week.lengths[:3] == [2, 0, 1]
    assert week.languages == {"zh": 2, "en": 1}
