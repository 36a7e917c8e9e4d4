"""Contacts for the tests of the governance: reports with assessments and what a model said, invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.governance import registry, shadow
from hotline.governance.judged import Judged
from hotline.ports import Ports
from models.governance import ModelVersion
from models.reports import ContactReport, RiskAssessment
from tests.makers import Agency
from tests.worlds import START
from triage.evidence import Prediction
from triage.vocabulary import (
    AgeBand,
    CallType,
    ModelStatus,
    ReportStatus,
    ResponseCode,
    RiskLevel,
    Sex,
    highest,
)

C = ResponseCode


def contact(number: int = 0, **values: object) -> Judged:
    """A judged contact as a plain value, for arithmetic."""
    defaults: dict[str, object] = {
        "report_id": number, "public_id": f"p{number}", "at": START, "centre_id": 1,
        "first": values.get("truth"),
    }
    return Judged(**{**defaults, **values})  # type: ignore[arg-type]


class Says:
    """A stand-in for a trained classifier where only its answers matter: a level for each word."""

    version = "says-1"

    def __init__(self, levels: dict[str, RiskLevel | None], version: str = "says-1") -> None:
        self.levels = levels
        self.version = version

    def predict(self, text: str) -> Prediction:
        """The level of the first known word; abstains where there is none."""
        for word, level in self.levels.items():
            if word in text and level is not None:
                chance = {"low": 0.05, "moderate": 0.4, "high": 0.7, "imminent": 0.9}[level.value]
                return Prediction(
                    score=chance, level=level, version=self.version, language="en",
                    at_least_d=chance, at_least_c=chance / 2, at_least_b=chance / 4,
                )
        return Prediction(score=0.0, level=None, version=self.version, language="en",
                          abstained_because="too_short")


def write_contact(
    session: Session,
    agency: Agency,
    *,
    human: ResponseCode | None,
    text: str = "An invented note about a long week at work.",
    at: datetime = START,
    phrases: ResponseCode | None = None,
    model: ResponseCode | None = None,
    floor: ResponseCode = C.N,
    consent: bool = True,
    language: str = "en",
    sex: Sex | None = None,
    age_band: AgeBand | None = None,
    centre: int | None = None,
    is_practice: bool = False,
    caller_id: int | None = None,
    status: ReportStatus = ReportStatus.SUBMITTED,
) -> tuple[ContactReport, RiskAssessment]:
    """A report handed in, with the assessment the calls room would have written."""
    report = ContactReport(
        centre_id=centre or agency.north, line_id=agency.line, author_id=agency.users["volunteer"],
        status=status, call_type=CallType.SELF, language=language, summary=text,
        human_code=human, sex=sex, age_band=age_band, training_consent=consent,
        is_practice=is_practice, caller_id=caller_id, contact_at=at, created_at=at, submitted_at=at,
    )
    session.add(report)
    session.flush()
    suggested = highest(floor, phrases, model) or floor
    effective = highest(human, floor) or floor
    row = RiskAssessment(
        report_id=report.id, human_code=human, floor_code=floor, phrases_code=phrases,
        model_code=model, suggested_code=suggested, effective_code=effective,
        input_hash=f"hash-{report.id}", rated_by_id=agency.users["volunteer"], rated_at=at,
        needs_review=suggested.rank > effective.rank,
    )
    session.add(row)
    session.flush()
    return report, row


def known_model(session: Session, ports: Ports, version: str = "says-1") -> ModelVersion:
    """A shipped model in the registry, in use."""
    return registry.register_shipped(
        session, version=version, digest="0" * 64, facts={}, now=ports.clock.now()
    )


def ask(session: Session, row: ModelVersion, predictor: Says, now: datetime) -> int:
    """Let a model read everything that waits for it."""
    rows = shadow.predict(predictor, row.id, shadow.waiting(session, row, now, limit=1000).contacts, now)
    return shadow.keep(session, rows)


def shadow_model(session: Session, agency: Agency, ports: Ports, version: str = "ours-1") -> ModelVersion:
    """A model trained here, in shadow (its files are empty: these tests never load them)."""
    return registry.enter_shadow(
        session, agency.actor("supervisor"), version=version, digest="1" * 64,
        files={"weights.npz": b""}, facts={"contacts": 60}, now=ports.clock.now(),
    )


def status_of(session: Session, version: str) -> ModelStatus:
    """Where a model stands."""
    found = session.scalar(select(ModelVersion.status).where(ModelVersion.version == version))
    assert found is not None
    return found


def later(hours: float) -> datetime:
    """So many hours after the tests' first instant."""
    return START + timedelta(hours=hours)
