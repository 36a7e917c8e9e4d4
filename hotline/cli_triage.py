"""Commands of the text triage: assess one text, train the classifier, evaluate on folders."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from triage.assessment import Assessment

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--text", help="The text; read from standard input where it is not given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def assess(text: str | None, as_json: bool) -> None:
    """Say what the phrases and the classifier see in one text: an aid to attention."""
    from triage.classifier import load_shipped
    from triage.engine import Facts
    from triage.engine import assess as weigh
    from triage.phrases import read

    written = text if text is not None else sys.stdin.read()
    assessment = weigh(Facts(text=written), predictor=load_shipped(), reader=read)
    said = _said(assessment)
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    click.echo(f"code {said['code']}  level {said['level']}  score {said['score']:.3f}")
    for each in said["reasons"]:
        click.echo(f"- {each['rule']} {each['code'] or '-'}: {each['segment']}")
    for problem in said["problems"]:
        click.echo(f"problem {problem}")
    click.echo("Aid to attention. Does not predict suicide. Does not replace asking.")


@click.command()
@click.option("--with", "extra", type=_FOLDER, multiple=True, help="A folder of other labelled sets.")
@click.option("--vectors", is_flag=True, help="Also the weights of the optional sentence vectors.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Where the model files go.")
def train(extra: tuple[Path, ...], vectors: bool, out: Path) -> None:
    """Train the classifier from the project's own texts, and other sets where given."""
    from triage.training import train as fit

    trained = fit(out, extra)
    if vectors:
        from triage.vector_training import train_vectors

        train_vectors(trained, out)
    manifest = trained.manifest
    click.echo(f"{manifest['version']}: {manifest['texts']} texts, {manifest['grams']} n-grams")
    for name, calibrated in sorted(manifest["calibrated"].items()):
        click.echo(f"{name}: {'calibrated' if calibrated else 'uncalibrated'}")


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--predictions", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Where the predictions go, one file for each of the folder.")
@click.option("--json", "report_path", type=click.Path(dir_okay=False, path_type=Path),
              help="Where the report goes.")
@click.option("--only", type=click.Choice(["rules", "model", "both"]), default="both")
@click.option("--model", "model_folder", type=_FOLDER, help="Another model than the shipped one.")
@click.option("--vectors/--no-vectors", default=True,
              help="With the optional sentence vectors where they are installed.")
def evaluate(
    folder: Path, predictions: Path, report_path: Path | None, only: str,
    model_folder: Path | None, vectors: bool,
) -> None:
    """Judge every CSV of FOLDER (columns text, lang) and report where labels are."""
    from triage.classifier import load, load_shipped
    from triage.evaluation import evaluate as judge_folder
    from triage.evaluation import write_json
    from triage.judging import Only
    from triage.vectors import load_best

    own = load_best if vectors else load_shipped
    model = None
    if Only(only) is not Only.RULES:
        model = load(model_folder) if model_folder else own()
    report = judge_folder(folder, predictions, Only(only), model)
    if report_path is not None:
        write_json(report_path, report)
    for name, found in report.items():
        click.echo(_line(name, found))


def _line(name: str, found: dict[str, Any]) -> str:
    parts = [f"{name}: {found['texts']} texts", f"alert rate {found['alert_rate']:.3f}"]
    risk = found.get("any_risk", {})
    if "auroc" in risk:
        parts.append(f"AUROC {risk['auroc']['value']:.3f}")
    if "recall" in risk:
        parts.append(f"recall {risk['recall']['value']:.3f}")
    parts.append(f"p95 {found['milliseconds']['p95']:.1f} ms")
    return ", ".join(parts)


def _said(assessment: Assessment) -> dict[str, Any]:
    """What is printed of an assessment of a text alone."""
    prediction = assessment.prediction
    heard = [code for code in (assessment.phrase_code, assessment.model_code) if code is not None]
    code = max(heard, key=lambda each: each.rank, default=None)
    return {
        "code": code.value if code else "N",
        "level": prediction.level.value if prediction and prediction.level else None,
        "score": prediction.score if prediction else 0.0,
        "language": prediction.language if prediction else None,
        "model": prediction.version if prediction else None,
        "abstained_because": assessment.abstained_because,
        "reasons": [
            {
                "rule": each.rule_id,
                "code": each.code.value if each.code else None,
                "segment": each.segment,
            }
            for each in assessment.reasons
            if each.source.value in ("phrase", "model")
        ],
        "problems": [problem.value for problem in assessment.problems],
    }


commands = (assess, train, evaluate)
