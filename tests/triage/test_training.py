"""Training: the same texts give the same model, and no text can be read out of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.triage.small_sets import SETS, others, texts
from triage.classifier import load
from triage.features import see
from triage.labelled import Labelled, labels, outside_sets
from triage.training import MIN_DOCUMENTS, OTHERS_TEXTS, fold_of, train_texts

SECRET = "Quirinus Zebedee from 氹仔飛能便度街 rang on 66778899"


def test_the_same_texts_give_the_same_files_to_the_byte() -> None:
    assert train_texts(texts(), SETS).files == train_texts(texts(), SETS).files


def test_a_trained_model_can_be_loaded_and_tells_risk_from_none(tmp_path: Path) -> None:
    trained = train_texts(texts(), SETS, tmp_path)
    model = load(tmp_path)
    assert model.version == trained.manifest["version"]
    assert model.predict("我想死").score > model.predict("今天上班去了").score


def test_no_name_street_or_number_of_a_few_texts_enters_the_file() -> None:
    few = [Labelled(SECRET, True, 2, "own", f"one-{n}", True) for n in range(MIN_DOCUMENTS - 1)]
    words = json.loads(train_texts([*texts(), *few], SETS).files["vocabulary.json"])
    joined = " ".join(words)
    for piece in ("quirinus", "zebedee", "飞能便", "66778899", "66"):
        assert piece not in joined


def test_many_texts_of_one_person_count_as_one() -> None:
    one = [Labelled(SECRET, True, 2, "own", "the same person", True) for _ in range(40)]
    words = json.loads(train_texts([*texts(), *one], SETS).files["vocabulary.json"])
    assert "zebedee" not in words


def test_what_others_wrote_is_also_learnt_alone_and_heard_in_texts_like_theirs_only(
    tmp_path: Path,
) -> None:
    trained = train_texts([*texts(), *others()], SETS, tmp_path)
    model = load(tmp_path)
    weights = model.weights["zh"]
    kept, shipped = weights.others, trained.model.weights["zh"].others
    assert kept is not None
    assert shipped is not None
    assert np.array_equal(shipped.likeness, kept.likeness)
    ours, theirs = see("我想死，活着没意思"), see(f"今天去上班很忙，{'夜里一个人坐着，' * 20}")
    assert model.heard(ours, weights).others == 0
    assert np.array_equal(
        model.heard(ours, weights).whole, model.decisions(ours.whole, [weights.reader])[0]
    )
    heard = model.heard(theirs, weights)
    own, other = model.decisions(theirs.whole, [weights.reader, kept.reader])
    assert heard.others > 0.5
    assert heard.whole == pytest.approx((1 - heard.others) * own + heard.others * other)
    talk = see(f"社工：今天去上班吗？\n来电者：今天去上班很忙，{'夜里一个人坐着，' * 20}")
    assert model.heard(talk, weights).others == 0


def test_there_is_no_second_reader_of_too_few_texts_of_others() -> None:
    weights = train_texts([*texts(), *others()[: OTHERS_TEXTS // 4]], SETS).model.weights
    assert all(each.others is None for each in weights.values())


def test_hard_pairs_stay_on_one_side_of_a_split() -> None:
    assert fold_of("own:pair-7") == fold_of("own:pair-7")
    assert len({fold_of(str(number)) for number in range(100)}) == 5


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"risk": "high", "binary": ""}, (True, 2)),
        ({"risk": "", "binary": "1"}, (True, None)),
        ({"risk": "", "binary": "0"}, (False, 0)),
        ({"risk": "low", "binary": "0"}, (False, 0)),
        ({"risk": "", "binary": ""}, (None, None)),
        ({"risk": "High ", "binary": "1.0"}, (True, 2)),
        ({"risk": "unknown", "binary": "n/a"}, (None, None)),
    ],
)
def test_labels_are_read_as_annotated(row: dict[str, str], found: tuple[object, object]) -> None:
    assert labels(row) == found


def test_a_set_nobody_labelled_counts_as_ordinary_text(tmp_path: Path) -> None:
    with (tmp_path / "plain.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([["text", "lang", "risk", "binary", "source", "licence"],
                          ["hello", "en", "", "", "made", "own"]])
    found, sets = outside_sets([tmp_path])
    assert [(each.any_risk, each.level) for each in found] == [(False, 0)]
    assert sets[0].used == 1
