"""Forms of the follow-up pages."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from hotline.followups.attempts import AttemptValues
from hotline.followups.emergencies import DECISIONS, OUTCOMES
from hotline.followups.finishing import DONE_REASONS
from hotline.followups.typed import TypedForm, labelled
from hotline.followups.wording import DONE, EMERGENCY_DECISIONS, EMERGENCY_OUTCOMES
from hotline.web.words import choices
from triage.vocabulary import AttemptOutcome, NextStep, SupervisorChoice

# The order in which a worker meets them on the telephone; the keys 1 to 9 follow it.
OUTCOMES_IN_ORDER = (
    AttemptOutcome.REACHED_BETTER, AttemptOutcome.REACHED_SAME, AttemptOutcome.REACHED_WORSE,
    AttemptOutcome.REACHED_DECLINED, AttemptOutcome.NO_ANSWER, AttemptOutcome.BUSY,
    AttemptOutcome.VOICEMAIL_LEFT, AttemptOutcome.THIRD_PARTY, AttemptOutcome.WRONG_NUMBER,
    AttemptOutcome.BARRED, AttemptOutcome.IN_HOSPITAL, AttemptOutcome.EMERGENCY,
    AttemptOutcome.DECEASED,
)
OUTCOME_KEYS = {
    outcome.value: str(number)
    for number, outcome in enumerate(OUTCOMES_IN_ORDER[:9], start=1)
}
LONGEST_NOTE = 8000
NOTE_LENGTH = Length(max=LONGEST_NOTE)


class AttemptForm(TypedForm):
    """How a try went and what follows; instants are typed on the clock of the centre."""

    part = "attempt"

    outcome = RadioField(
        _l("What happened?"), [InputRequired(_l("Say what happened."))],
        choices=choices(OUTCOMES_IN_ORDER),
    )
    next_step = RadioField(
        _l("What follows?"), [Optional()], choices=choices(NextStep),
        default=NextStep.NEXT_CONTACT.value,
    )
    next_at = DateTimeLocalField(
        _l("Call again at"), [Optional()], format="%Y-%m-%dT%H:%M", render_kw={"data-optional": ""}
    )
    wished_until = DateField(
        _l("The person wishes calls until"), [Optional()], render_kw={"data-optional": ""}
    )
    note = TextAreaField(_l("Note"), [NOTE_LENGTH], render_kw={"data-optional": "", "rows": 4})

    zone = "UTC"

    def validate(self, extra_validators: Any = None) -> bool:
        """Check that an agreed time was given where one was agreed."""
        valid = bool(super().validate(extra_validators))  # type: ignore[no-untyped-call]
        agreed = self.next_step.data == NextStep.AGREED_TIME.value
        reached = self.outcome.data and AttemptOutcome(self.outcome.data).reached if valid else False
        if agreed and reached and self.next_at.data is None:
            self.next_at.errors = (*self.next_at.errors, gettext("Give the time you agreed on."))
            return False
        return valid

    def values(self) -> AttemptValues:
        """What a valid form says."""
        zone = ZoneInfo(self.zone)
        until = self.wished_until.data
        typed = self.next_at.data
        return AttemptValues(
            outcome=AttemptOutcome(self.outcome.data),
            note=self.note.data or "",
            next_step=NextStep(self.next_step.data or NextStep.NEXT_CONTACT.value),
            next_at=typed.replace(tzinfo=zone) if typed else None,
            wished_until=datetime.combine(until, time(23, 59), zone) if until else None,
        )


class CompleteForm(TypedForm):
    """How a task that is no call ended."""

    part = "complete"

    reason = RadioField(
        _l("How did it end?"), [InputRequired()], default="done",
        choices=labelled(DONE, DONE_REASONS),
    )
    note = TextAreaField(_l("Note"), [NOTE_LENGTH], render_kw={"rows": 3})


class DecideForm(TypedForm):
    """What a supervisor decides, always with words."""

    part = "decide"

    choice = RadioField(
        _l("Decision"), [InputRequired(_l("Choose what is to be done."))],
        choices=choices(SupervisorChoice),
    )
    note = TextAreaField(_l("Why"), [InputRequired(_l("Say why.")), NOTE_LENGTH],
                         render_kw={"rows": 3})


class AssignForm(TypedForm):
    """Whose the task shall be; an empty choice gives it to everybody."""

    part = "assign"

    person = SelectField(_l("Give to"), validate_choice=False)


class RevealForm(TypedForm):
    """Why the whole number is needed."""

    part = "reveal"

    reason = StringField(
        _l("Why do you need the whole number?"), [InputRequired(_l("Say why.")), Length(max=200)]
    )


class EmergencyDecisionForm(TypedForm):
    """Whether help is sent."""

    part = "emergency-decision"

    decision = RadioField(
        _l("Decision"), [InputRequired()],
        choices=labelled(EMERGENCY_DECISIONS, DECISIONS),
    )


class EmergencyServiceForm(TypedForm):
    """Who was called, and what they said."""

    part = "emergency-service"

    service = StringField(_l("Service"), [InputRequired(), Length(max=80)])
    reference = StringField(_l("Its reference"), [Length(max=80)], render_kw={"data-optional": ""})
    caller_informed = BooleanField(_l("The person knows that help is coming"))


class EmergencyEndForm(TypedForm):
    """What is known of how it ended."""

    part = "emergency-end"

    outcome = RadioField(
        _l("How is the person?"), [InputRequired()],
        choices=labelled(EMERGENCY_OUTCOMES, OUTCOMES),
    )
    note = TextAreaField(_l("Note"), [NOTE_LENGTH], render_kw={"data-optional": "", "rows": 3})
