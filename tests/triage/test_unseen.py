"""The texts for measuring are labelled, and none of them is one the classifier has learned from."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest

from triage.labelled import own_corpus

FOLDER = Path(__file__).parents[2] / "benchmarks" / "unseen"
FILES = sorted(FOLDER.glob("*.csv"))
LEVEL = {"low": "0", "moderate": "1", "high": "1", "imminent": "1"}


def _bare(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def test_there_are_texts_to_measure_on() -> None:
    assert len(FILES) >= 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_text_is_labelled_and_new(path: Path) -> None:
    learned = {_bare(text.text) for text in own_corpus()[0]}
    assert path.stem.startswith("synthetic_")
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) >= 40
    for number, row in enumerate(rows, 2):
        assert row["lang"] in {"yue", "zh-Hant", "zh-Hans", "pt", "en"}, number
        assert row["binary"] == LEVEL[row["risk"]], number
        assert _bare(row["text"]) not in learned, number
