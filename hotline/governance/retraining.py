"""Trains a classifier from the agency's own rated contacts, on its own machine and in memory.

No text is written anywhere: words go from the database into the trainer and come out as n-grams
that many people used. An n-gram enters the files only when it stands in the contacts of at least
`triage.training.MIN_DOCUMENTS` different groups, and a group here is a person, a number, or all
contacts of one month by people we cannot tell apart. Names and numbers known of callers are
blanked before; digits never enter, the features fold them all into one sign.
"""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.orm import Session

from hotline.governance.contacts import IS_COUNTED, steps_of
from hotline.governance.judged import settled
from models.callers import Caller, CallerIdentity, Consent, ContactRule
from models.calls import Call
from models.reports import ContactReport, RiskAssessment
from triage.vocabulary import ResponseCode

LEAST_CONTACTS = 50
"""Fewer rated contacts than this teach nothing that the own corpus does not."""

MOST_LESSONS = 20_000
"""More texts than this do not fit into the memory of a small office's machine; ours."""

MOST_COUNTED = 1000

SOURCE = "agency"
TRAINING = "training"
"""The kind of consent whose withdrawal takes a caller's contacts out again."""

_BLANK = " "
_RUN_OF_DIGITS = re.compile(r"\d[\d\s().\-]{3,}\d")


class TooFew(Exception):
    """There are not enough contacts to learn from; `count` says how many there are."""

    def __init__(self, count: int) -> None:
        super().__init__(str(count))
        self.count = count


@dataclass(frozen=True, slots=True)
class Lesson:
    """One contact to learn from: its words without known names and numbers, the code, its group."""

    text: str
    code: ResponseCode
    group: str
    language: str


@dataclass(frozen=True, slots=True)
class Learned:
    """A trained classifier as files, with what its manifest says of it."""

    version: str
    digest: str
    files: dict[str, bytes]
    facts: dict[str, Any]


def lessons(session: Session) -> list[Lesson]:
    """The contacts that may be learned from, the oldest first; MOST_LESSONS of the newest reports.

    Handed in, of counselling, not of practice, with words and a code people settled on, and with a
    consent to training that stands.
    """
    r = ContactReport
    newest = session.scalars(
        select(r).where(*IS_COUNTED, r.training_consent.is_(True), _not_withdrawn())
        .order_by(r.id.desc()).limit(MOST_LESSONS)
    ).all()
    reports = newest[::-1]
    steps = steps_of(session, [report.id for report in reports])
    found = []
    for report in reports:
        code = settled([each.rating() for each in steps[report.id]])
        if code is None or not (report.summary or "").strip():
            continue
        call = session.get(Call, report.call_id) if report.call_id else None
        found.append(
            Lesson(
                text=blanked(report.summary or "", _known_of(session, report.caller_id)),
                code=code, group=_group(report, call), language=report.language or "",
            )
        )
    return found


def lesson_count(session: Session) -> int:
    """About how many contacts may be learned from; opens no text to know it.

    Counts the newest ones to MOST_COUNTED + 1 and no further.
    """
    r, a = ContactReport, RiskAssessment
    rated = exists().where(
        a.report_id == r.id, a.human_code.is_not(None), a.human_code != ResponseCode.U
    )
    query = select(r.id).where(
        *IS_COUNTED, r.training_consent.is_(True), r.summary.is_not(None), rated, _not_withdrawn()
    )
    newest = query.order_by(r.id.desc()).limit(MOST_COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(newest)) or 0


def _not_withdrawn() -> ColumnElement[bool]:
    """Reports whose caller's newest word on training is not a no."""
    newest = (
        select(Consent.given)
        .where(Consent.caller_id == ContactReport.caller_id, Consent.kind == TRAINING)
        .order_by(Consent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(newest, true()).is_(True)


def _group(report: ContactReport, call: Call | None) -> str:
    """Whose contact it is; people we cannot tell apart count as one person a month."""
    if report.caller_id is not None:
        return f"{SOURCE}:caller:{report.caller_id}"
    if call is not None and call.from_hash:
        return f"{SOURCE}:number:{call.from_hash[:16]}"
    return f"{SOURCE}:month:{report.contact_at:%Y-%m}"


def _known_of(session: Session, caller_id: int | None) -> list[str]:
    """Names and the like that the profile of a caller holds."""
    if caller_id is None:
        return []
    identity = session.get(CallerIdentity, caller_id)
    rule = session.scalar(select(ContactRule).where(ContactRule.caller_id == caller_id))
    caller = session.get(Caller, caller_id)
    known = [caller.reference] if caller else []
    if identity is not None:
        known += [identity.name or "", identity.alias or "", identity.address or "",
                  identity.employer or ""]
    if rule is not None:
        known += [rule.ask_for or "", rule.code_word or ""]
    return known


def blanked(text: str, known: Iterable[str]) -> str:
    """The text without these words (and the parts of a name of several) and without long numbers."""
    words = {word for each in known for word in (each.strip(), *each.split()) if len(word) > 1}
    for word in sorted(words, key=lambda each: (-len(each), each)):
        # Latin words end at their borders ("An" must not eat "and"); Chinese has none to see.
        border = r"\b" if word.isascii() else ""
        text = re.sub(f"{border}{re.escape(word)}{border}", _BLANK, text, flags=re.IGNORECASE)
    return _RUN_OF_DIGITS.sub(_BLANK, text)


def learn(
    contacts: Sequence[Lesson], extra: Sequence[Path] = (), *, corpus: Path | None = None
) -> Learned:
    """The classifier of the project's own texts, these contacts, and the sets in `extra`.

    `corpus` is another folder of own texts than the one that ships.

    Raises TooFew. Takes some seconds to minutes; see `learn_apart`.
    """
    if len(contacts) < LEAST_CONTACTS:
        raise TooFew(len(contacts))
    from triage.labelled import Labelled, SourceSet, level_of, outside_sets, own_corpus
    from triage.training import train_texts

    texts, sets = own_corpus([corpus]) if corpus is not None else own_corpus()
    more, more_sets = outside_sets(extra)
    texts += more
    sets += more_sets
    for each in contacts:
        level = level_of(each.code)
        texts.append(
            Labelled(each.text, level >= 1, level, SOURCE, each.group, language=each.language)
        )
    # Without a digest: one of a known text would tell whether it was among them.
    sets.append(
        SourceSet(SOURCE, len(contacts), len(contacts), "not to be passed on",
                  "the agency's own contacts, with consent", "")
    )
    trained = train_texts(texts, sets)
    manifest = trained.manifest
    codes = {code: sum(1 for each in contacts if each.code is code) for code in ResponseCode}
    return Learned(
        version=manifest["version"], digest=manifest["digest"], files=dict(trained.files),
        facts={
            "contacts": len(contacts), "texts": manifest["texts"], "grams": manifest["grams"],
            "codes": {code.value: count for code, count in codes.items() if count},
            "sets": [each.name for each in sets],
        },
    )


def learn_apart(contacts: Sequence[Lesson], *, corpus: Path | None = None) -> Learned:
    """The same in a process of its own at low priority, so that no caller waits for the arithmetic.

    The words go there through a pipe, never through a file.
    """
    if len(contacts) < LEAST_CONTACTS:
        raise TooFew(len(contacts))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn, initializer=_step_back) as apart:
        return apart.submit(learn, list(contacts), corpus=corpus).result()


def _step_back() -> None:
    os.nice(10)
