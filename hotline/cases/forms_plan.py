"""Forms of goals, calls over time, consents, and the data of a person."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from hotline.cases.consents import RuleValues
from hotline.cases.goals import LONGEST_GOAL
from hotline.followups.typed import TypedForm
from hotline.followups.wording import WEEKDAYS
from hotline.web.words import choices
from triage.vocabulary import GoalState

OPTIONAL = {"data-optional": ""}


class GoalForm(TypedForm):
    """A new goal."""

    part = "goal"

    text = StringField(_l("A goal, in the person's words"),
                       [InputRequired(_l("Write something first.")), Length(max=LONGEST_GOAL)])


class GoalChangeForm(TypedForm):
    """One goal of several: its words, and where it stands. `part` is set for each on the page."""

    number = HiddenField()
    text = StringField(_l("Goal"), [InputRequired(_l("Write something first.")),
                                    Length(max=LONGEST_GOAL)])
    state = RadioField(_l("Where it stands"), [InputRequired()], choices=choices(GoalState))


class CallPlanForm(TypedForm):
    """By which series, and until when, the person is called."""

    part = "calls"

    cadence = SelectField(_l("Series of calls"), validate_choice=False)
    until = DateField(_l("The person wishes calls until"), [Optional()], render_kw=OPTIONAL)

    def last_instant(self, zone: str) -> datetime | None:
        """The end of the day that was typed, at the centre."""
        day = self.until.data
        return datetime.combine(day, time(23, 59), ZoneInfo(zone)) if day else None


class RuleForm(TypedForm):
    """How the person wishes to be reached; times by the clock of the centre."""

    part = "rule"

    hours_from = TimeField(_l("Not before"), [Optional()], render_kw=OPTIONAL)
    hours_to = TimeField(_l("Not after"), [Optional()], render_kw=OPTIONAL)
    days = SelectMultipleField(
        _l("On these days"), coerce=int,
        choices=[(number, day) for number, day in enumerate(WEEKDAYS)],
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )
    ask_for = StringField(_l("Ask for"), [Length(max=80)], render_kw=OPTIONAL)
    to_say = StringField(_l("If somebody else answers, say"), [Length(max=200)], render_kw=OPTIONAL)
    code_word = StringField(_l("Code word"), [Length(max=60)], render_kw=OPTIONAL)
    expires_on = DateField(_l("Ask again from"), [Optional()], render_kw=OPTIONAL)

    def validate(self, extra_validators: object = None) -> bool:
        """Check that hours come in pairs and that some day is left."""
        valid = bool(super().validate(extra_validators))  # type: ignore[no-untyped-call]
        if (self.hours_from.data is None) != (self.hours_to.data is None):
            self.hours_to.errors = (*self.hours_to.errors, _l("Give both times, or neither."))
            valid = False
        if not self.days.data:
            self.days.errors = (*self.days.errors, _l("Leave at least one day."))
            valid = False
        return valid

    def values(self, zone: str) -> RuleValues:
        """What a valid form says."""
        expires = self.expires_on.data
        return RuleValues(
            hours_from=_minutes(self.hours_from.data), hours_to=_minutes(self.hours_to.data),
            days=tuple(sorted(self.days.data or ())), ask_for=self.ask_for.data or "",
            to_say=self.to_say.data or "", code_word=self.code_word.data or "",
            expires_at=datetime.combine(expires, time(), ZoneInfo(zone)) if expires else None,
        )


class ReasonForm(TypedForm):
    """Words for a weighty step."""

    part = "reason"

    reason = TextAreaField(_l("Why"), [InputRequired(_l("Say why.")), Length(max=2000)],
                           render_kw={"rows": 2})


class HoldForm(ReasonForm):
    """A case to be put under a legal hold, by its spoken reference."""

    part = "hold"

    reference = StringField(_l("Reference of the case"), [InputRequired(), Length(max=12)])


class KeepForm(ReasonForm):
    """Until when an old case is kept, and why."""

    part = "keep"

    until = DateField(_l("Keep until"), [InputRequired()])


class YearsForm(TypedForm):
    """For how many years closed cases are kept."""

    part = "years"

    years = IntegerField(_l("Years after closing"), [InputRequired(), NumberRange(1, 30)])


def _minutes(at: time | None) -> int | None:
    return at.hour * 60 + at.minute if at else None
