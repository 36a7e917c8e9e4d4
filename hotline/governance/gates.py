"""In which languages the classifier is heard: measured on the agency's own contacts, set by people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.followups.alerts import raise_alert
from hotline.governance.contacts import judged
from hotline.governance.judged import FLAG, Judged, reaches
from hotline.governance.registry import active, settings_of
from models.accounts import AccountRole, User
from models.governance import ModelSettings, ModelVersion, ReleaseGate
from triage.assessment import CLASSIFIER_LANGUAGES, Policy
from triage.vocabulary import EscalationTarget, GateResult, Role

LANGUAGES = ("zh", "en", "pt")
"""The languages a text is told apart by; Cantonese and Mandarin are one there."""

CHINESE = frozenset(("zh", "yue", "cmn"))
WINDOW = timedelta(days=365)
"""How far back contacts still speak for how the classifier does today."""


def current_policy(session: Session) -> Policy:
    """What the agency has switched on now, for every assessment.

    The classifier is silent where it is switched off, and in every language whose release gate
    failed. Without any decision in the database everything is on.
    """
    settings = settings_of(session)
    if settings is None:
        return Policy()
    return Policy(
        model_on=settings.model_on, model_languages=languages_heard(session, settings)
    )


def languages_heard(session: Session, settings: ModelSettings) -> frozenset[str]:
    """The languages in which the classifier in use is heard."""
    row = active(session)
    gates = {gate.language: gate.result for gate in gates_of(session, row)} if row else {}
    silent: set[str] = set()
    for language in LANGUAGES:
        result = gates.get(language, GateResult.TOO_FEW)
        is_heard = result is GateResult.PASSED or (
            result is GateResult.TOO_FEW and settings.heard_unmeasured
        )
        if not is_heard:
            silent |= CHINESE if language == "zh" else {language}
    return CLASSIFIER_LANGUAGES - silent


def gates_of(session: Session, row: ModelVersion) -> list[ReleaseGate]:
    """What was last measured of a classifier, a row for each language."""
    return list(
        session.scalars(
            select(ReleaseGate).where(ReleaseGate.model_id == row.id).order_by(ReleaseGate.language)
        )
    )


def measure_gates(session: Session, row: ModelVersion, now: datetime) -> list[ReleaseGate]:
    """Measure a classifier anew in every language, and tell supervisors where one fell silent.

    Only contacts whose words this classifier has read count; see `shadow.predict_waiting`.
    """
    settings = settings_of(session)
    least_recall = settings.gate_recall if settings else 0.95
    least_contacts = settings.gate_contacts if settings else 20
    contacts = judged(session, model_id=row.id, since=now - WINDOW, urgent_only=True)
    known = {gate.language: gate for gate in gates_of(session, row)}
    measured = []
    for language in LANGUAGES:
        urgent = urgent_in(contacts, language)
        found = sum(1 for each in urgent if reaches(each.both, FLAG))
        rules = sum(1 for each in urgent if reaches(each.rules, FLAG))
        result = verdict(found, len(urgent), least_recall, least_contacts)
        gate = known.get(language)
        before = gate.result if gate is not None else None
        if gate is None:
            gate = ReleaseGate(model_id=row.id, language=language)
            session.add(gate)
        gate.result, gate.found, gate.contacts = result, found, len(urgent)
        gate.rules_found, gate.measured_at = rules, now
        measured.append(gate)
        session.flush()
        if before is not result:
            _tell(session, row, gate, before, now)
    return measured


def urgent_in(contacts: Sequence[Judged], language: str) -> list[Judged]:
    """The contacts of a language that people put at B or A and the classifier has read."""
    return [
        each for each in contacts
        if each.text_language == language and each.model_known and each.is_urgent
    ]


def verdict(found: int, contacts: int, recall: float, least: int) -> GateResult:
    """Passed where the share found reaches the recall asked for; no verdict from too few."""
    if contacts < least or contacts == 0:
        return GateResult.TOO_FEW
    return GateResult.PASSED if found >= recall * contacts else GateResult.FAILED


def _tell(
    session: Session, row: ModelVersion, gate: ReleaseGate, before: GateResult | None, now: datetime
) -> None:
    audit.record(
        session, None, "model.gate_measured", ("model", row.id), at=now, language=gate.language,
        before=before.value if before else None, result=gate.result.value,
    )
    if gate.result is GateResult.FAILED:
        for user_id in _supervisors(session):
            raise_alert(
                session, key=f"gate:{row.id}:{gate.language}:{now:%Y-%m-%d}:{user_id}",
                kind="gate_failed", to=EscalationTarget.SUPERVISOR, to_user_id=user_id, now=now,
                facts={"language": gate.language},
            )


def _supervisors(session: Session) -> Sequence[int]:
    """Everybody who governs the models, at whatever centre."""
    return session.scalars(
        select(User.id).where(
            User.active.is_(True), User.roles.any(AccountRole.name == Role.SUPERVISOR.value)
        )
    ).all()
