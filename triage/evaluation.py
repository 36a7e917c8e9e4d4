"""Judges folders of texts, writes the predictions, and reports how good they were.

`python -m triage.evaluation report` makes the table of the model card.
"""

from __future__ import annotations

import csv
import json
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from triage.judging import Judgement, Only, SeenPredictor, judge
from triage.labelled import LEVELS, labels
from triage.measures import (
    auroc,
    best_f1,
    calibration_error,
    confusion,
    precision_at,
    quadratic_kappa,
    share,
    with_interval,
)
from triage.vocabulary import RiskLevel

COLUMNS = ("score", "alert", "level", "code", "reasons")


def evaluate(
    folder: Path, predictions: Path, only: Only = Only.BOTH, model: SeenPredictor | None = None
) -> dict[str, Any]:
    """Judges every CSV of the folder; writes one file of predictions each; gives the report.

    A CSV needs a column text; other columns are ignored but `binary` and `risk`, from which the
    report is made where they are. A row whose text is missing is judged as an empty text, so that
    every row has its prediction.
    """
    predictions.mkdir(parents=True, exist_ok=True)
    csv.field_size_limit(sys.maxsize)
    report: dict[str, Any] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        judged, times = _judge_all([row.get("text") or "" for row in rows], only, model)
        _write(predictions / path.name, judged)
        report[path.name] = measured(rows, judged, times)
    return report


def measured(
    rows: Sequence[dict[str, str]], judged: Sequence[Judgement], times: Sequence[float]
) -> dict[str, Any]:
    """The measures of one set; those that need a label only where there is one."""
    scores = np.array([each.score for each in judged])
    alerts = np.array([each.alert for each in judged])
    chances = np.array([each.chance for each in judged])
    found: dict[str, Any] = {
        "texts": len(judged),
        "alert_rate": share(alerts),
        "milliseconds": {
            "mean": float(np.mean(times)) * 1000 if times else 0.0,
            "p95": float(np.quantile(times, 0.95)) * 1000 if times else 0.0,
        },
    }
    truths = [labels({name: value or "" for name, value in row.items()}) for row in rows]
    binary = np.array([any_risk is not None for any_risk, _ in truths], dtype=bool)
    if binary.any():
        truth = np.array([int(any_risk or False) for any_risk, _ in truths])[binary]
        found["any_risk"] = _detection(truth, scores[binary], alerts[binary], chances[binary])
    graded = np.array([level is not None for _, level in truths], dtype=bool)
    if graded.any():
        truth = np.array([level or 0 for _, level in truths])[graded]
        guess = np.array([_place(each) for each in judged])[graded]
        found["levels"] = _levels(truth, guess, scores[graded])
    return found


def _detection(truth: Any, scores: Any, alerts: Any, chances: Any) -> dict[str, Any]:
    positives = int(truth.sum())
    found: dict[str, Any] = {
        "texts": len(truth),
        "with_risk": positives,
        "alert_rate_without_risk": share(alerts[truth == 0]),
        "precision": share(truth[alerts] == 1),
        "calibration_error": calibration_error(truth, chances),
    }
    if positives:
        recall = with_interval(lambda y, a: share(a[y == 1]), (truth, alerts))
        found["recall"] = asdict(recall)
    if 0 < positives < len(truth):
        found["auroc"] = asdict(with_interval(auroc, (truth, scores)))
        found["best_f1"] = asdict(with_interval(best_f1, (truth, scores)))
        found["precision_interval"] = asdict(
            with_interval(lambda y, a: share(y[a] == 1), (truth, alerts))
        )
        found["precision_at_recall_98"] = precision_at(truth, scores, 0.98)
        found["f1"] = _f1(truth, alerts)
        found["f1_interval"] = asdict(with_interval(_f1, (truth, alerts)))
    return found


def _f1(truth: Any, alerts: Any) -> float:
    """F1 at the shipped point."""
    hits = int((truth[alerts] == 1).sum())
    return 2 * hits / max(int(alerts.sum()) + int(truth.sum()), 1)


def _levels(truth: Any, guess: Any, scores: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "texts": len(truth),
        "order": [level.value for level in LEVELS],
        "confusion": confusion(truth, guess),
        "quadratic_kappa": quadratic_kappa(truth, guess),
    }
    imminent = truth == len(LEVELS) - 1
    if imminent.any():
        top = np.argsort(-scores, kind="stable")[: max(len(scores) // 5, 1)]
        found["imminent_in_top_fifth"] = float(imminent[top].sum() / imminent.sum())
    return found


def _judge_all(
    texts: Sequence[str], only: Only, model: SeenPredictor | None
) -> tuple[list[Judgement], list[float]]:
    judged: list[Judgement] = []
    times: list[float] = []
    for text in texts:
        start = time.perf_counter()
        judged.append(judge(text, only, model))
        times.append(time.perf_counter() - start)
    return judged, times


def _write(path: Path, judged: Sequence[Judgement]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for each in judged:
            code = each.code.value if each.code else "N"
            level = (each.level or RiskLevel.LOW).value
            writer.writerow([f"{each.score:.6f}", int(each.alert), level, code,
                             "; ".join(each.reasons)])


def _place(each: Judgement) -> int:
    return LEVELS.index(each.level or RiskLevel.LOW)


def main(arguments: Sequence[str]) -> int:
    """The command of `make triage-report`: prints the table of the model card."""
    if list(arguments[:1]) != ["report"]:
        sys.stderr.write("usage: python -m triage.evaluation report\n")
        return 2
    from triage.comparison import report

    sys.stdout.write(report())
    return 0


def write_json(path: Path, report: dict[str, Any]) -> None:
    """The report as a file; numbers that cannot be given are null."""
    text = json.dumps(_plain(report), ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
