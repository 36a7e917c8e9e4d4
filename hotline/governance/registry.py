"""The classifiers of this house: which one is heard, which runs in its shadow, and who said so."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.ports import Ports
from models.base import JsonDict
from models.governance import ModelFile, ModelSettings, ModelVersion
from triage.vocabulary import ModelOrigin, ModelStatus

SETTINGS = 1


def N_(message: str) -> str:  # noqa: N802 - the name extraction looks for
    """The message itself, marked for the catalogue."""
    return message


class NotPossible(Exception):
    """What was asked of the models cannot be done; the text is an English msgid."""


def settings_of(session: Session) -> ModelSettings | None:
    """What the agency decided, None where nobody ever decided anything."""
    return session.get(ModelSettings, SETTINGS)


def settings_for_change(session: Session, now: datetime) -> ModelSettings:
    """The settings, locked and made where they are missing."""
    row = session.scalar(
        select(ModelSettings).where(ModelSettings.id == SETTINGS).with_for_update()
    )
    if row is None:
        row = ModelSettings(id=SETTINGS, changed_at=now)
        session.add(row)
        session.flush()
    return row


def versions(session: Session) -> list[ModelVersion]:
    """Every classifier known here, the newest first."""
    return list(session.scalars(select(ModelVersion).order_by(ModelVersion.id.desc())))


def with_status(session: Session, status: ModelStatus) -> ModelVersion | None:
    """The one that is heard, or the one in its shadow; None where there is none."""
    return session.scalar(select(ModelVersion).where(ModelVersion.status == status))


def active(session: Session) -> ModelVersion | None:
    """The classifier that is heard, switched on or not; None before it was first registered."""
    return with_status(session, ModelStatus.ACTIVE)


def find(session: Session, public_id: str) -> ModelVersion:
    """The classifier of an address; raises LookupError."""
    row = session.scalar(select(ModelVersion).where(ModelVersion.public_id == public_id))
    if row is None:
        raise LookupError(public_id)
    return row


def register_shipped(
    session: Session, *, version: str, digest: str, facts: JsonDict, now: datetime
) -> ModelVersion:
    """The row of the classifier that came with the program; a repeat changes nothing.

    It becomes the one in use where none is, or where an older shipped one was: that one's files
    went with the old program. A classifier trained here stays in use.
    """
    row = session.scalar(select(ModelVersion).where(ModelVersion.version == version[:80]))
    if row is not None:
        return row
    settings = settings_for_change(session, now)
    before = active(session)
    takes_over = before is None or before.origin is ModelOrigin.SHIPPED
    if takes_over and before is not None:
        _rest(before, now)
        session.flush()
    row = ModelVersion(
        version=version[:80], digest=digest, origin=ModelOrigin.SHIPPED, facts=facts,
        status=ModelStatus.ACTIVE if takes_over else ModelStatus.RETIRED, created_at=now,
        activated_at=now if takes_over else None,
    )
    session.add(row)
    if takes_over:
        settings.generation += 1
    session.flush()
    audit.record(session, None, "model.registered", ("model", row.id), at=now, version=row.version)
    return row


def enter_shadow(
    session: Session,
    actor: Actor | None,
    *,
    version: str,
    digest: str,
    files: dict[str, bytes],
    facts: JsonDict,
    now: datetime,
    asked_by_id: int | None = None,
) -> ModelVersion:
    """A classifier trained here, beside the one in use and unheard; it takes the last one's place there.

    The same classifier trained again is the same row.
    """
    row = session.scalar(select(ModelVersion).where(ModelVersion.version == version[:80]))
    if row is not None and row.status is not ModelStatus.RETIRED:
        return row
    before = with_status(session, ModelStatus.SHADOW)
    if before is not None:
        _rest(before, now)
        session.flush()
    if row is None:
        row = ModelVersion(
            version=version[:80], digest=digest, origin=ModelOrigin.RETRAINED,
            status=ModelStatus.SHADOW, folder=version[:80], facts=facts, created_at=now,
            created_by_id=actor.user_id if actor else asked_by_id,
        )
        session.add(row)
        session.flush()
        session.add_all(
            ModelFile(model_id=row.id, name=name, content=content) for name, content in files.items()
        )
    row.status, row.retired_at, row.asked_down_to = ModelStatus.SHADOW, None, None
    session.flush()
    audit.record(session, actor, "model.trained", ("model", row.id), at=now, version=row.version)
    return row


def activate(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, reason: str, shipped: str
) -> ModelVersion:
    """The classifier made the one in use; also how one goes back to an earlier one.

    `shipped` is the version that came with this program: an older shipped one has no files here
    any more. Raises Forbidden, LookupError or NotPossible.
    """
    now = ports.clock.now()
    require(actor, Permission.MODEL_GOVERN, Subject(), now)
    settings = settings_for_change(session, now)
    row = find(session, public_id)
    if row.status is ModelStatus.ACTIVE:
        raise NotPossible(N_("This model is in use already."))
    if not reason.strip():
        raise NotPossible(N_("A reason is needed."))
    if not may_run(row, shipped):
        raise NotPossible(N_("The files of this model are no longer here."))
    before = active(session)
    goes_back = row.activated_at is not None
    if before is not None:
        _rest(before, now)
        session.flush()
    # It may read more contacts now than it might in the shadow: it sets out anew.
    row.status, row.retired_at, row.asked_down_to = ModelStatus.ACTIVE, None, None
    row.activated_at, row.activated_by_id = now, actor.user_id
    _changed(settings, actor, now)
    audit.record(
        session, actor, "model.rolled_back" if goes_back else "model.activated", ("model", row.id),
        at=now, reason=reason, version=row.version, before=before.version if before else None,
    )
    session.flush()
    return row


def may_run(row: ModelVersion, shipped: str) -> bool:
    """True where the files of a classifier are here."""
    return row.origin is ModelOrigin.RETRAINED or row.version == shipped


def retire_shadow(session: Session, actor: Actor, public_id: str, ports: Ports) -> ModelVersion:
    """The classifier taken out of the shadow. Raises Forbidden, LookupError or NotPossible."""
    now = ports.clock.now()
    require(actor, Permission.MODEL_GOVERN, Subject(), now)
    row = find(session, public_id)
    if row.status is not ModelStatus.SHADOW:
        raise NotPossible(N_("This model is not in shadow."))
    _rest(row, now)
    audit.record(session, actor, "model.retired", ("model", row.id), at=now, version=row.version)
    return row


def switch(session: Session, actor: Actor, ports: Ports, *, on: bool, reason: str) -> ModelSettings:
    """The classifier switched on or off for everybody; off leaves the rules alone at work.

    Raises Forbidden or NotPossible (no reason given).
    """
    now = ports.clock.now()
    require(actor, Permission.MODEL_GOVERN, Subject(), now)
    if not reason.strip():
        raise NotPossible(N_("A reason is needed."))
    settings = settings_for_change(session, now)
    if settings.model_on is not on:
        settings.model_on = on
        _changed(settings, actor, now)
        audit.record(session, actor, "model.switched_on" if on else "model.switched_off",
                     ("model_settings", SETTINGS), at=now, reason=reason)
    return settings


def set_gate(
    session: Session, actor: Actor, ports: Ports, *, recall: float, contacts: int, unmeasured: bool
) -> ModelSettings:
    """What a language must reach for the classifier to be heard in it. Raises Forbidden."""
    now = ports.clock.now()
    require(actor, Permission.MODEL_GOVERN, Subject(), now)
    settings = settings_for_change(session, now)
    before = (settings.gate_recall, settings.gate_contacts, settings.heard_unmeasured)
    settings.gate_recall, settings.gate_contacts = recall, contacts
    settings.heard_unmeasured = unmeasured
    if before != (recall, contacts, unmeasured):
        _changed(settings, actor, now)
        audit.record(session, actor, "model.gate_set", ("model_settings", SETTINGS), at=now,
                     recall=recall, contacts=contacts, heard_unmeasured=unmeasured)
    return settings


def start_training(session: Session, now: datetime, *, stale_before: datetime) -> bool:
    """True for the one who may train now; False while somebody else does.

    A training that never ended (the machine went down) is forgotten after a time.
    """
    settings_for_change(session, now)
    claimed = session.execute(
        update(ModelSettings)
        .where(
            ModelSettings.id == SETTINGS,
            ModelSettings.training_since.is_(None) | (ModelSettings.training_since < stale_before),
        )
        .values(training_since=now, training_failed=None)
        .execution_options(synchronize_session=False)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def end_training(session: Session, now: datetime, failed: str | None = None) -> None:
    """Let the next training begin; `failed` says why this one gave nothing."""
    settings = settings_for_change(session, now)
    session.refresh(settings)
    settings.training_since, settings.training_failed = None, failed


def unpack(session: Session, row: ModelVersion, root: Path) -> Path:
    """The folder with the files of a classifier trained here, written where they are missing.

    Each file is written under another name and renamed, so that another process never reads half.
    """
    folder = root / hashlib.sha256(row.version.encode()).hexdigest()[:24]
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in session.execute(
        select(ModelFile.name, ModelFile.content).where(ModelFile.model_id == row.id)
    ):
        target = folder / Path(name).name
        if not target.exists() or target.read_bytes() != content:
            part = target.with_name(target.name + f".{id(content):x}.part")
            part.write_bytes(content)
            part.replace(target)
    return folder


def _rest(row: ModelVersion, now: datetime) -> None:
    row.status, row.retired_at = ModelStatus.RETIRED, now


def _changed(settings: ModelSettings, actor: Actor, now: datetime) -> None:
    settings.generation += 1
    settings.changed_at, settings.changed_by_id = now, actor.user_id
