"""The optional sentence vectors: never needed, refused when changed, the same interface."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from triage.classifier import LANGUAGES, SHIPPED, ModelFileError, load_shipped
from triage.features import see
from triage.vectors import LONGEST_PASSAGE, available, load_best, load_vectors, passage

extra = pytest.mark.skipif(not available(), reason="the extra hotline[vectors] is not installed")


def test_the_vector_weights_fit_the_shipped_model() -> None:
    model = load_vectors(load_shipped(), SHIPPED)
    assert set(model.vectors) == set(LANGUAGES)
    assert all(each.vector.shape == (3, 512) for each in model.vectors.values())
    assert model.version.endswith("+vectors")


def test_changed_vector_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    (folder / "vectors.npz").write_bytes(b"changed")
    with pytest.raises(ModelFileError, match="vector weights"):
        load_vectors(load_shipped(), folder)


def test_of_a_long_text_the_encoder_is_given_the_sentence_of_risk() -> None:
    text = "今日返工食飯瞓覺,冇咩特別。" * 60 + "我想自殺。" + "今日返工食飯瞓覺,冇咩特別。" * 60
    given = passage(see(text), load_shipped())
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


def test_half_characters_reach_the_encoder_as_something_it_can_write() -> None:
    written = passage(see("我想死 \ud83d today"), load_shipped())
    assert written.encode("utf-8")
