"""The optional sentence vectors: never needed, refused when changed, the same interface."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.triage.small_sets import SETS, others, texts
from triage import perceptron
from triage.classifier import LANGUAGES, SHIPPED, ModelFileError, load, load_shipped
from triage.features import see
from triage.fusion import FUSED
from triage.perceptron import fit
from triage.training import train_texts
from triage.vector_training import train_vectors
from triage.vectors import (
    LONGEST_PASSAGE,
    MOST_SENTENCES,
    MOST_TURNS,
    available,
    load_best,
    load_vectors,
    loudest,
    passage,
)

extra = pytest.mark.skipif(not available(), reason="the extra hotline[vectors] is not installed")


def test_the_vector_weights_fit_the_shipped_model() -> None:
    model = load_vectors(load_shipped(), SHIPPED)
    assert set(model.vectors) == set(LANGUAGES)
    assert all(each.fusion.shape == (3, FUSED) for each in model.vectors.values())
    assert model.version.endswith("+vectors")


def test_changed_vector_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    (folder / "vectors.npz").write_bytes(b"changed")
    with pytest.raises(ModelFileError, match="vector weights"):
        load_vectors(load_shipped(), folder)


def test_of_a_long_text_the_encoder_is_given_the_sentence_of_risk() -> None:
    text = "今日返工食飯瞓覺,冇咩特別。" * 60 + "我想自殺。" + "今日返工食飯瞓覺,冇咩特別。" * 60
    given = passage(see(text), load_shipped().heard(see(text), load_shipped().weights["yue"]))
    assert "我想自杀" in given
    assert len(given) <= LONGEST_PASSAGE


def test_without_the_extra_the_plain_model_is_used() -> None:
    if not available():
        assert load_best() is load_shipped()
    assert load_best().version.startswith(load_shipped().version)


@extra
def test_with_the_extra_a_prediction_has_the_same_shape() -> None:
    found = load_best().predict("我唔想做人,今晚跳樓")
    assert found.level is not None
    assert 1 >= found.at_least_d >= found.at_least_c >= found.at_least_b >= 0


@extra
def test_vectors_are_trained_beside_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(perceptron, "MEMBERS", 1)
    train_vectors(train_texts([*texts(), *others()], SETS, tmp_path), tmp_path)
    model = load_vectors(load(tmp_path), tmp_path)
    assert model.readers.others is not None
    assert model.predict("我想死，活着没意思").score > model.predict("今天去上班很忙").score
    assert train_vectors(train_texts(texts(), SETS)).model.readers.others is None


def test_half_characters_reach_the_encoder_as_something_it_can_write() -> None:
    seen = see("我想死 \ud83d today")
    written = passage(seen, load_shipped().heard(seen, load_shipped().weights["zh"]))
    assert written.encode("utf-8")


def test_of_many_sentences_the_loudest_are_read_one_by_one() -> None:
    seen = see("今日返工食飯瞓覺。" * 60 + "我想自殺。" + "今日返工食飯瞓覺。" * 60)
    chosen = loudest(seen, load_shipped().heard(seen, load_shipped().weights[seen.language]))
    assert len(chosen.parts) == MOST_SENTENCES
    assert seen.parts[chosen.parts[0]].text == "我想自杀。"


def test_of_many_turns_the_loudest_are_read_and_in_a_short_text_none() -> None:
    calm = "今日返工好忙。放工去買餸。\n" * 30
    seen = see(calm + "我想自殺。今晚就去。\n" + calm)
    chosen = loudest(seen, load_shipped().heard(seen, load_shipped().weights[seen.language]))
    assert len(chosen.turns) == MOST_TURNS
    assert seen.turns[chosen.turns[0]].text == "我想自杀。 今晚就去。"
    short = see("我想自殺。今晚就去。")
    assert loudest(short, load_shipped().heard(short, load_shipped().weights["zh"])).turns == []


def test_the_network_learns_what_no_single_number_tells_and_always_the_same() -> None:
    draw = np.random.default_rng(5)
    rows = draw.standard_normal((4000, 3)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    truth = (rows[:, 0] * rows[:, 1] > 0).astype(np.int64)
    targets = np.stack([truth, truth, np.full(len(rows), -1)], axis=1)
    places = np.zeros(len(rows), dtype=np.int64)
    shown = slice(0, 3500)
    network = fit(rows[shown], places[shown], targets[shown], np.ones(3500), 2)
    again = fit(rows[shown], places[shown], targets[shown], np.ones(3500), 2)
    assert np.array_equal(network.hidden, again.hidden)
    right = (network.decisions(rows[3500:], 0)[:, 0] > 0) == truth[3500:].astype(bool)
    assert right.mean() > 0.7
