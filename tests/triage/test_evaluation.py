"""The report: predictions for every row, measures only where labels are, and right by hand."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hotline.cli_triage import assess, evaluate
from triage.measures import (
    auroc,
    best_f1,
    calibration_error,
    precision_at,
    quadratic_kappa,
    with_interval,
)

ROWS = [
    ["text", "lang", "risk", "binary"],
    ["我想死", "yue", "high", "1"],
    ["今日返工好忙", "yue", "low", "0"],
    ["", "en", "", ""],
    ["I went to the market, it was nice", "en", "low", "0"],
    ["Tonight I am going to kill myself", "en", "imminent", "1"],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "sets"
    path.mkdir()
    with (path / "some.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(ROWS)
    with (path / "plain.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["text", "lang"], ["你好", "zh-Hant"]])
    return path


@pytest.mark.parametrize("only", ["rules", "model", "both"])
def test_every_row_gets_its_prediction(folder: Path, tmp_path: Path, only: str) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(
        evaluate,
        [str(folder), "--predictions", str(out), "--json", str(tmp_path / "r.json"), "--only", only],
    )
    assert done.exit_code == 0, done.output
    with (out / "some.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["score", "alert", "level", "code", "reasons"]
    assert len(rows) == len(ROWS) - 1
    assert rows[0]["alert"] == "1"
    assert rows[1]["alert"] == "0"
    assert all(row["level"] in ("low", "moderate", "high", "imminent") for row in rows)
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert "any_risk" in report["some.csv"]
    assert report["some.csv"]["any_risk"]["auroc"]["value"] == 1.0
    for name in ("recall", "precision_interval", "f1_interval", "best_f1"):
        found = report["some.csv"]["any_risk"][name]
        assert found["low"] <= found["value"] <= found["high"]
    assert "any_risk" not in report["plain.csv"]


def test_odd_tables_are_judged_row_by_row(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    huge = "今日返工好忙。" * 30_000
    (folder / "bom.csv").write_bytes(
        ("\ufeffextra,text,lang,risk\r\n1,我想死,yue,Unknown\r\n2,,,\r\n3\r\n"
         f'4,"{huge}",yue,low,more,and more\r\n').encode()
    )
    (folder / "none.csv").write_text("lang,other\nen,1\n", encoding="utf-8")
    (folder / "empty.csv").write_text("", encoding="utf-8")
    out = tmp_path / "out"
    done = CliRunner().invoke(evaluate, [str(folder), "--predictions", str(out), "--no-vectors"])
    assert done.exit_code == 0, done.output
    with (out / "bom.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["alert"] for row in rows] == ["1", "0", "0", "0"]
    assert (out / "none.csv").read_text(encoding="utf-8").count("\n") == 2
    assert (out / "empty.csv").read_text(encoding="utf-8").count("\n") == 1


def test_assess_prints_code_level_score_and_reasons() -> None:
    done = CliRunner().invoke(assess, ["--text", "被裁員，今晚我就跳樓", "--json"])
    said = json.loads(done.output)
    assert said["code"] == "B"
    assert said["problems"] == ["laid_off"]
    assert any(reason["rule"].startswith("zh.plan") for reason in said["reasons"])


def test_ranking_measures_agree_with_a_count_by_hand() -> None:
    truth = np.array([1, 0, 1, 0])
    score = np.array([0.9, 0.8, 0.8, 0.1])
    assert auroc(truth, score) == pytest.approx(3.5 / 4)
    assert best_f1(truth, score) == pytest.approx(0.8)
    assert precision_at(truth, score, 1.0) == pytest.approx(2 / 3)
    assert math.isnan(auroc(np.array([1, 1]), np.array([0.1, 0.2])))


def test_agreement_is_one_where_all_agree_and_none_by_chance() -> None:
    levels = np.array([0, 1, 2, 3])
    assert quadratic_kappa(levels, levels) == pytest.approx(1.0)
    assert quadratic_kappa(levels, np.array([3, 2, 1, 0])) < 0


def test_chances_that_hold_have_no_calibration_error() -> None:
    truth = np.array([0] * 50 + [1] * 50)
    assert calibration_error(truth, truth.astype(float)) == pytest.approx(0.0)
    assert calibration_error(truth, np.full(100, 0.5)) < 0.51


def test_an_interval_holds_its_measure() -> None:
    truth = np.array([0, 1] * 30)
    found = with_interval(auroc, (truth, np.linspace(0, 1, 60)))
    assert found.low <= found.value <= found.high
