"""The shipped classifier: safe to load, quick, modest about what it cannot know."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from triage.classifier import SHIPPED, ModelFileError, load, load_shipped
from triage.vocabulary import RiskLevel


def test_the_shipped_model_loads_quickly_and_is_small() -> None:
    load(SHIPPED)
    start = time.process_time()
    load(SHIPPED)
    assert time.process_time() - start < 0.1
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 5_000_000


def test_predicting_loads_no_learning_package() -> None:
    program = (
        "import sys; from triage.classifier import load_shipped; "
        "load_shipped().predict('我想死'); print('sklearn' in sys.modules, 'skops' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_reading_phrases_loads_no_numerical_package() -> None:
    program = "import sys; from triage.phrases import read; read('我想死'); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("text", ["", "?", "ok", "1234", "Привет как дела сегодня", "ありがとうございます"])
def test_it_abstains_on_what_it_cannot_know(text: str) -> None:
    prediction = load_shipped().predict(text)
    assert prediction.level is None
    assert prediction.abstained_because in ("too_short", "unlike_training")


def test_a_short_text_with_a_phrase_of_risk_is_judged() -> None:
    assert load_shipped().predict("想死").level is not None


def test_the_chances_are_in_their_order() -> None:
    prediction = load_shipped().predict("我今晚就去跳樓，遺書寫好了")
    assert 1 >= prediction.at_least_d >= prediction.at_least_c >= prediction.at_least_b >= 0
    assert prediction.level is RiskLevel.IMMINENT
    assert prediction.version == load_shipped().version


def test_a_prediction_is_the_same_each_time() -> None:
    text = "I feel hopeless and cannot go on, nobody would miss me"
    assert load_shipped().predict(text) == load_shipped().predict(text)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    words = folder / "vocabulary.json"
    words.write_bytes(words.read_bytes().replace(b'"', b"'", 1))
    with pytest.raises(ModelFileError, match="digest"):
        load(folder)


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no readable model"):
        load(tmp_path)


def test_the_shipped_vocabulary_holds_no_number_address_or_handle() -> None:
    words = json.loads((SHIPPED / "vocabulary.json").read_text(encoding="utf-8"))
    assert not [word for word in words if re.search(r"[1-9]|@|://|\.com", word)]
    assert max(len(word.split()) for word in words) <= 3


def test_the_manifest_names_each_set_with_licence_and_digest() -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["min_documents"] >= 6
    for each in manifest["sets"]:
        assert each["licence"], each["name"]
        assert each["origin"], each["name"]
        assert re.fullmatch(r"[0-9a-f]{64}", each["sha256"])
        assert 0 < each["used"] <= each["rows"]
