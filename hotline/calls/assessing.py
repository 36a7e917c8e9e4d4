"""Puts the triage engine to a report: at once while it is written, and for good when handed in."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Actor
from hotline.calls.contents import Fields, facts_typed
from hotline.calls.instruments import OWN
from hotline.governance.gates import current_policy
from hotline.ports import Ports
from models.base import JsonDict
from models.crypto import ring
from models.reports import ContactReport, RiskAssessment
from triage.assessment import Assessment, Facts
from triage.engine import assess
from triage.evidence import Prediction, Predictor
from triage.prompts import next_question
from triage.reasons import Reason
from triage.vocabulary import Answer, Question, ResponseCode

log = logging.getLogger("hotline.calls")

AT_ONCE = ResponseCode.B
"""From this code on a signal is shown while the report is written, before the person has rated."""


class _Absent:
    """Stands for a classifier that could not be loaded, so that the record says it failed."""

    version = "not loaded"

    def predict(self, text: str) -> Prediction:  # noqa: ARG002
        """Raise: the engine turns that into a reason and goes on without."""
        msg = "the classifier could not be loaded"
        raise RuntimeError(msg)


@dataclass(frozen=True, slots=True)
class Preview:
    """What may be shown while a report is written: urgent signals, and what to ask next."""

    signals: tuple[Reason, ...] = ()
    next: Question | None = None

    @property
    def code(self) -> ResponseCode | None:
        """The most urgent code among the signals."""
        return self.signals[0].code if self.signals else None


def weigh(session: Session, facts: Facts, ports: Ports) -> Assessment:
    """The assessment of the facts, with the classifier where it is heard and without it elsewhere."""
    return assess(
        facts, predictor=_predictor(ports), reader=ports.read_phrases,
        policy=current_policy(session),
    )


def _predictor(ports: Ports) -> Predictor | None:
    try:
        return ports.predictor()
    except Exception as error:  # a helper that breaks must not stop a report
        log.error("the classifier could not be loaded: %s", type(error).__name__)
        return _Absent()


def preview(session: Session, fields: Fields, ports: Ports) -> Preview:
    """What the form as it stands gives cause to show at once: A and B, and nothing milder.

    Milder suggestions wait until the person has rated, so that they do not sway the rating.
    """
    facts = facts_typed(fields)
    found = weigh(session, facts, ports)
    urgent = tuple(
        each for each in found.reasons
        if each.code is not None and each.code.rank >= AT_ONCE.rank and each.rule_id != "H-1"
    )
    return Preview(urgent, next_question(facts.call_type, facts.answers))


def record_assessment(
    session: Session,
    actor: Actor,
    report: ContactReport,
    facts: Facts,
    ports: Ports,
    *,
    instrument: str = OWN,
) -> tuple[RiskAssessment, Assessment]:
    """A new row for what was found; it supersedes the report's last one, which stays as it was."""
    found = weigh(session, facts, ports)
    last = latest_assessment(session, report)
    row = RiskAssessment(
        report_id=report.id,
        case_id=report.case_id,
        supersedes_id=last.id if last else None,
        instrument=instrument,
        answers={
            question.value: answer.value
            for question, answer in facts.answers.items()
            if answer is not Answer.NOT_ASKED
        },
        not_asked_reason=facts.not_asked_reason,
        human_code=found.human,
        floor_code=found.floor,
        phrases_code=found.phrase_code,
        model_code=found.model_code,
        suggested_code=found.suggested,
        effective_code=found.effective,
        reasons=[as_stored(each) for each in found.reasons],
        input_hash=ring.index("assessment", facts.canonical().decode()),
        rated_by_id=actor.user_id,
        rated_at=ports.clock.now(),
        needs_review=found.needs_review,
        abstained_because=found.abstained_because,
        **_of_prediction(found.prediction),
    )
    session.add(row)
    session.flush()
    return row, found


def _of_prediction(prediction: Prediction | None) -> dict[str, Any]:
    if prediction is None:
        return {}
    return {
        "model_score": prediction.score, "model_version": prediction.version[:80],
        "text_language": prediction.language[:8] or None,
    }


def as_stored(each: Reason) -> JsonDict:
    """The reason as the encrypted column keeps it; the segment may be the caller's words."""
    return {
        "rule_id": each.rule_id, "code": each.code.value if each.code else None,
        "source": each.source.value, "message": each.message, "params": dict(each.params),
        "segment": each.segment,
    }


def latest_assessment(session: Session, report: ContactReport) -> RiskAssessment | None:
    """The assessment that counts for a report now, None before it was handed in."""
    return session.scalar(
        select(RiskAssessment)
        .where(RiskAssessment.report_id == report.id)
        .order_by(RiskAssessment.id.desc())
        .limit(1)
    )
