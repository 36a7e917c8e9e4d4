"""Training: the same texts give the same model, and no text can be read out of it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.triage.small_sets import SETS, others, texts
from triage.classifier import load
from triage.labelled import Labelled, labels, outside_sets
from triage.training import MIN_DOCUMENTS, OUTSIDE_TEXTS, fold_of, train_texts

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


def test_what_others_wrote_is_also_learnt_alone_and_heard_in_long_posts_only(tmp_path: Path) -> None:
    train_texts([*texts(), *others()], SETS, tmp_path)
    model = load(tmp_path)
    alone = replace(model, weights={
        name: replace(each, outside=None) for name, each in model.weights.items()
    })
    post = "今天去上班很忙，" + "夜里一个人坐着，" * 20
    talk = "社工：" + "\n来电者：".join([post[:30], post[30:]])
    assert model.predict(post).at_least_c > alone.predict(post).at_least_c
    assert model.predict(post[:30]) == alone.predict(post[:30])
    assert model.predict(talk) == alone.predict(talk)


def test_there_is_no_second_reader_of_too_few_texts_of_others() -> None:
    weights = train_texts([*texts(), *others()[: OUTSIDE_TEXTS // 4]], SETS).model.weights
    assert all(each.outside is None for each in weights.values())


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
