"""The contact report as a form, and the short one that begins a contact logged by hand."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField, TelField, TextAreaField
from wtforms.validators import Length

from hotline.calls.contents import ANSWER_PREFIX, Fields, ReportValues
from hotline.calls.forms_fields import ClockField, OneListed, OneOf, Several
from hotline.calls.numbers import normalise
from hotline.cases.service import ContactWishes
from hotline.web.words import choices, code_meaning, problem_choices, prompt
from triage.prompts import missing
from triage.vocabulary import (
    AboutWhom,
    AgeBand,
    Answer,
    CallType,
    Language,
    NotAskedReason,
    Problem,
    ProtectiveFactor,
    Question,
    ResponseCode,
    SafeContact,
    Sex,
)

RATINGS = tuple(code for code in ResponseCode if code is not ResponseCode.U)
WITH_FIELDS = (
    CallType.SELF, CallType.ANOTHER, CallType.INFORMATION, CallType.PRACTICAL, CallType.CONSULT,
    CallType.SURVEY, CallType.TRANSFER, CallType.OUTGOING,
)
ONE_KEY = tuple(kind for kind in CallType if kind not in WITH_FIELDS)
"""Types that need no further word: choosing one hands the report in."""

WEEKDAYS = (
    ("0", _l("Mon")), ("1", _l("Tue")), ("2", _l("Wed")), ("3", _l("Thu")), ("4", _l("Fri")),
    ("5", _l("Sat")), ("6", _l("Sun")),
)
LONGEST_NOTES = 60_000


def _asked(question: Question) -> OneOf:
    return OneOf(prompt(question), kind=Answer)


class ReportForm(FlaskForm):
    """Everything a contact report may say. Hardly anything is required, and nothing in an order."""

    class Meta:
        """The application checks the token of every form before any view; a draft's form has none."""

        csrf = False

    call_type = OneOf(_l("What kind of call was it?"), kind=CallType)
    about = OneOf(_l("Whom is the caller worried about?"), kind=AboutWhom)
    language = OneOf(_l("Language spoken"), kind=Language)
    summary = TextAreaField(_l("Notes"), [Length(max=LONGEST_NOTES)])
    problems = Several(_l("What is it about?"), choices=problem_choices())
    not_asked_reason = OneListed(
        _l("If risk was not asked: why?"), kind=NotAskedReason, blank=_l("It was asked")
    )
    protective = Several(_l("What holds the person"), choices=choices(ProtectiveFactor))
    human_code = OneOf(_l("How soon should somebody respond?"), kind=ResponseCode, members=RATINGS)
    follow_up = OneOf(_l("May we call back?"), kind=SafeContact)
    number = TelField(_l("Number to call"), [Length(max=60)])
    hours_from = ClockField(_l("Not before"))
    hours_to = ClockField(_l("Not after"))
    days = Several(_l("On which days"), choices=list(WEEKDAYS))
    voicemail = OneOf(_l("May we leave a voice message?"), kind=SafeContact)
    sms = OneOf(_l("May we send a text message?"), kind=SafeContact)
    name_in_message = OneOf(_l("May a message name the hotline?"), kind=SafeContact)
    ask_for = StringField(_l("Ask for"), [Length(max=120)])
    to_say = StringField(_l("If somebody else answers, say"), [Length(max=300)])
    code_word = StringField(_l("Code word"), [Length(max=60)])
    alias = StringField(_l("How the person wants to be called"), [Length(max=80)])
    passphrase = StringField(_l("A word to be known by next time"), [Length(max=80)])
    name = StringField(_l("Name"), [Length(max=120)])
    another_person = BooleanField(_l("This is not the person known under this number"))
    wants_meeting = BooleanField(_l("Wants to meet a counsellor"))
    age_band = OneListed(_l("Age"), kind=AgeBand, blank=_l("Not asked"))
    sex = OneListed(_l("Sex"), kind=Sex, blank=_l("Not asked"))
    district = StringField(_l("District"), [Length(max=60)])
    marked_for_review = BooleanField(_l("Ask a supervisor to look at this report"))
    training_consent = BooleanField(_l("May be used for training, without names"))

    region = "MO"
    has_number = False

    @classmethod
    def of(cls, fields: Fields, *, region: str = "MO", has_number: bool = False) -> ReportForm:
        """The form as it was typed; `has_number` when the person can be rung without asking one."""
        form = cls(formdata=MultiDict([(n, v) for n, vs in fields.items() for v in vs]))
        form.region, form.has_number = region, has_number
        return form

    def asks(self, question: Question) -> OneOf:
        """The field of a risk question."""
        field: OneOf = self[ANSWER_PREFIX + question.value]
        return field

    def answers(self) -> dict[Question, Answer]:
        """What was answered to the risk questions."""
        found = ((question, self.asks(question).member(Answer)) for question in Question)
        return {question: answer for question, answer in found if answer is not None}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what a finished report must say; drafts are never checked."""
        valid = bool(super().validate(extra_validators))  # type: ignore[no-untyped-call]
        for field, message in self._wrong():
            field.errors = [*field.errors, str(message)]
            valid = False
        return valid

    def _wrong(self) -> list[tuple[Any, Any]]:
        kind = self.call_type.member(CallType)
        wrong: list[tuple[Any, Any]] = []
        if kind is None:
            wrong.append((self.call_type, _l("Say what kind of call it was.")))
        elif kind.is_counselling:
            wrong += self._wrong_risk()
        number = (self.number.data or "").strip()
        if number and normalise(number, self.region) is None:
            wrong.append((self.number, _l("This is not a telephone number. Leave it empty if there is none.")))
        if self.follow_up.member(SafeContact) is SafeContact.YES and not (number or self.has_number):
            wrong.append((self.number, _l("To call back we need a number.")))
        start, end = self.hours_from.minutes, self.hours_to.minutes
        if start is not None and end is not None and start >= end:
            wrong.append((self.hours_to, _l("The end comes before the beginning.")))
        return wrong

    def _wrong_risk(self) -> list[tuple[Any, Any]]:
        wrong: list[tuple[Any, Any]] = []
        if self.human_code.member(ResponseCode) is None:
            wrong.append((self.human_code, _l("Give your own rating first.")))
        answered = any(each is not Answer.NOT_ASKED for each in self.answers().values())
        if not answered and not self.not_asked_reason.data and missing(self.answers()):
            wrong.append((self.not_asked_reason, _l("Risk was not asked about. Say why, or answer a question.")))
        return wrong

    def values(self) -> ReportValues:
        """What a valid form says."""
        kind = self.call_type.member(CallType)
        if kind is None:
            msg = "a report without its type of call has no values"
            raise ValueError(msg)
        return ReportValues(
            call_type=kind,
            about=self.about.member(AboutWhom) if kind is CallType.ANOTHER else None,
            language=self.language.member(Language),
            summary=_text(self.summary.data),
            problems=tuple(Problem(value) for value in self.problems.data or []),
            protective=tuple(ProtectiveFactor(value) for value in self.protective.data or []),
            answers=self.answers(),
            not_asked_reason=self.not_asked_reason.member(NotAskedReason),
            human_code=self.human_code.member(ResponseCode),
            wants_meeting=bool(self.wants_meeting.data),
            age_band=self.age_band.member(AgeBand) or AgeBand.UNKNOWN,
            sex=self.sex.member(Sex) or Sex.UNKNOWN,
            district=_text(self.district.data),
            training_consent=bool(self.training_consent.data),
            marked_for_review=bool(self.marked_for_review.data),
            another_person=bool(self.another_person.data),
            passphrase=_text(self.passphrase.data),
            wishes=self.wishes(),
        )

    def wishes(self) -> ContactWishes:
        """What was asked and told about reaching the person."""
        days = tuple(int(day) for day in self.days.data or [])
        unasked = SafeContact.NOT_ASKED
        return ContactWishes(
            follow_up=self.follow_up.member(SafeContact) or unasked,
            number=normalise(self.number.data, self.region),
            hours_from=self.hours_from.minutes,
            hours_to=self.hours_to.minutes,
            days=days or tuple(range(7)),
            voicemail=self.voicemail.member(SafeContact) or unasked,
            sms=self.sms.member(SafeContact) or unasked,
            name_in_message=self.name_in_message.member(SafeContact) or unasked,
            ask_for=_text(self.ask_for.data),
            to_say=_text(self.to_say.data),
            code_word=_text(self.code_word.data),
            name=_text(self.name.data),
            alias=_text(self.alias.data),
        )


for _question in Question:
    setattr(ReportForm, ANSWER_PREFIX + _question.value, _asked(_question))

TYPED = frozenset(
    name for name in vars(ReportForm) if hasattr(getattr(ReportForm, name), "field_class")
)
"""The controls whose contents a draft keeps."""

CODE_HINTS = {code.value: code_meaning(code) for code in RATINGS}


def _text(typed: str | None) -> str | None:
    """What was typed, with line ends as ours, None where there is only blank space."""
    if typed is None or not typed.strip():
        return None
    return typed.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
