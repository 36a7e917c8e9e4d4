"""What a practice call went like: what the scenario expected, held against what was asked and written."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.rehearsing import HELP
from hotline.practice.service import Practice
from models.calls import CallEvent, LiveSignal
from models.reports import ContactReport
from triage.vocabulary import Answer, CallType, Question, ReportStatus, ResponseCode


@dataclass(frozen=True, slots=True)
class Asked:
    """One risk question: whether it was expected and asked, what the caller said, what was written."""

    question: Question
    expected: bool
    asked: bool
    told: Answer | None
    written: Answer | None

    @property
    def right(self) -> bool:
        """True when what was written is what the caller told, or nothing where nothing was."""
        return self.written == self.told if self.asked else self.written is None


@dataclass(frozen=True, slots=True)
class Feedback:
    """The whole of it; `report` is None until one was handed in."""

    report: ContactReport | None
    asked: tuple[Asked, ...]
    poor: tuple[str, ...]
    code_expected: ResponseCode
    code_given: ResponseCode | None
    types_expected: tuple[CallType, ...]
    type_given: CallType | None
    help_expected: bool
    help_called: bool
    signals: int
    signals_seen: int
    turns_to_first_question: int | None

    @property
    def code_right(self) -> bool:
        """True for the expected code or a more urgent one of a contact with risk."""
        if self.code_given is None:
            return False
        if self.code_expected.rank <= ResponseCode.E.rank:
            return self.code_given.rank <= ResponseCode.E.rank
        return self.code_given.rank >= self.code_expected.rank

    @property
    def type_right(self) -> bool:
        """True for one of the kinds of call the scenario stands for."""
        return self.type_given in self.types_expected


def look_back(session: Session, practice: Practice) -> Feedback:
    """The feedback as things stand; it changes while the report is not handed in."""
    report = session.scalar(
        select(ContactReport).where(
            ContactReport.call_id == practice.call.id, ContactReport.status != ReportStatus.DRAFT
        )
    )
    scenario, expected = practice.scenario, practice.scenario.expected
    said = [choice for each in practice.entries if (choice := scenario.choice(each.get("choice", "")))]
    told = {each.question: each.answer for each in said if each.question is not None}
    written = {
        Question(name): Answer(value) for name, value in ((report.answers if report else None) or {}).items()
    }
    questions = dict.fromkeys((*expected.questions, *told, *written))
    first = next((n for n, each in enumerate(said, 1) if each.question is not None), None)
    signals = session.scalars(select(LiveSignal).where(LiveSignal.call_id == practice.call.id)).all()
    helped = session.scalar(
        select(CallEvent.id).where(CallEvent.call_id == practice.call.id, CallEvent.kind == HELP).limit(1)
    )
    return Feedback(
        report=report,
        asked=tuple(
            Asked(each, each in expected.questions, each in told, told.get(each), written.get(each))
            for each in questions
        ),
        poor=tuple(each.text for each in said if each.poor),
        code_expected=expected.code, code_given=report.human_code if report else None,
        types_expected=expected.call_types, type_given=report.call_type if report else None,
        help_expected=expected.help, help_called=helped is not None,
        signals=len(signals), signals_seen=sum(each.seen_at is not None for each in signals),
        turns_to_first_question=first,
    )
