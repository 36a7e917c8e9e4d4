"""Forms of this room. Choices that depend on the agency are set by the pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
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

from hotline.bookings.measures import ITEM_NINE, MEASURES
from hotline.web.forms import PageForm
from hotline.web.words import choices
from triage.vocabulary import AppointmentMode, Language, Sex

ANY = _l("Any")
LENGTHS = (15, 30, 45, 60, 75, 90, 120, 180)
SEXES = (Sex.FEMALE, Sex.MALE)
WEEKDAYS = (
    ("0", _l("Monday")), ("1", _l("Tuesday")), ("2", _l("Wednesday")), ("3", _l("Thursday")),
    ("4", _l("Friday")), ("5", _l("Saturday")), ("6", _l("Sunday")),
)
LOCAL = "%Y-%m-%dT%H:%M"


class Several(SelectMultipleField):
    """Some of several choices, as checkboxes."""

    widget = ListWidget(prefix_label=False)  # type: ignore[assignment]
    option_widget = CheckboxInput()  # type: ignore[assignment]

    def __init__(self, label: object = None, **options: Any) -> None:
        super().__init__(label, **options)  # type: ignore[no-untyped-call]


def _minutes(value: int) -> tuple[str, Any]:
    return str(value), _l("%(num)s minutes", num=value)


class FindForm(PageForm):
    """What somebody asks of an appointment; sent by GET, so that a search is an address."""

    mode = SelectField(_l("How"), choices=choices(AppointmentMode))
    minutes = SelectField(_l("Length"), choices=[_minutes(value) for value in LENGTHS], default="45")
    centre = SelectField(_l("Centre"))
    language = SelectField(_l("Language"), choices=choices(Language, blank=ANY))
    sex = SelectField(_l("Woman or man"), choices=choices(SEXES, blank=ANY))
    counsellor = SelectField(_l("Counsellor"))
    equipment = Several(_l("The room needs"))
    after = DateField(_l("Not before"), validators=[Optional()])
    same_worker = BooleanField(_l("The same worker as before"))


class BookForm(PageForm):
    """One time that was offered, and what only a visit outside needs."""

    starts_at = HiddenField(validators=[InputRequired()])
    counsellor = HiddenField(validators=[InputRequired()])
    centre = HiddenField(validators=[InputRequired()])
    mode = HiddenField(validators=[InputRequired()])
    minutes = HiddenField(validators=[InputRequired()])
    language = HiddenField()
    equipment = HiddenField()
    count = IntegerField(_l("How many meetings"), default=1, validators=[NumberRange(1, 60)])
    every_weeks = IntegerField(_l("Weeks between them"), default=1, validators=[NumberRange(1, 8)])
    address = StringField(_l("Address of the visit"), validators=[Length(max=300)])
    companion = SelectField(_l("Who goes with the counsellor"))
    instead_of = HiddenField()
    version = HiddenField()


class MoveForm(PageForm):
    """Where an appointment is to stand instead; the time is the centre's own."""

    starts_at = DateTimeLocalField(_l("New time"), format=[LOCAL, LOCAL + ":%S"],
                                   validators=[InputRequired()])
    counsellor = SelectField(_l("Counsellor"), validators=[Optional()])
    minutes = SelectField(_l("Length"), choices=[_minutes(value) for value in LENGTHS],
                          validators=[Optional()])
    mode = SelectField(_l("How"), choices=choices(AppointmentMode), validators=[Optional()])
    version = HiddenField()


class CancelForm(PageForm):
    """Why an appointment does not take place."""

    by = RadioField(
        _l("Who cancels"), choices=[("person", _l("The person")), ("us", _l("We do"))],
        default="person",
    )
    reason = StringField(_l("Reason"), validators=[Length(max=300)], render_kw={"data-optional": ""})


class AttendedForm(PageForm):
    """Which open tasks of the case the meeting has answered; none unless somebody says so."""

    completes = Several(_l("This meeting also completes"))


def _score(key: str) -> DecimalField:
    measure = MEASURES[key]
    return DecimalField(
        measure.name, validators=[Optional(), NumberRange(measure.lowest, measure.highest)],
        description=_l(
            "%(low)s to %(high)s", low=f"{measure.lowest:g}", high=f"{measure.highest:g}"
        ),
        render_kw={"inputmode": "decimal", "step": "any"},
    )


class NoteForm(PageForm):
    """The note of a session with its measures."""

    text = TextAreaField(_l("What happened"), validators=[InputRequired(), Length(max=20_000)])
    risk = RadioField(
        _l("Risk in this session"), validators=[InputRequired(_l("Say what was done about risk."))],
        choices=[
            ("unchanged", _l("Asked, as before")), ("changed", _l("Asked, and it has changed")),
            ("not_asked", _l("Not asked")),
        ],
    )
    phq9 = _score("phq9")
    phq9_item9 = DecimalField(
        _l("PHQ-9, ninth question"), validators=[Optional(), NumberRange(0, 3)],
        description=_l("0 to 3; anything above 0 asks for the risk questions"),
        render_kw={"inputmode": "numeric"},
    )
    gad7 = _score("gad7")
    k10 = _score("k10")
    ors = _score("ors")
    srs = _score("srs")
    next_step = StringField(_l("Next step"), validators=[Length(max=500)],
                            render_kw={"data-optional": ""})
    sign = BooleanField(_l("Sign the note: it cannot be changed afterwards"))

    def measures(self) -> dict[str, float]:
        """The scores that were entered."""
        entered = {key: self[key].data for key in (*MEASURES, ITEM_NINE)}
        return {key: float(value) for key, value in entered.items() if value is not None}


class PlanForm(PageForm):
    """How many sessions a case is to have."""

    planned = IntegerField(_l("Planned sessions"), validators=[InputRequired(), NumberRange(1, 60)])
    reason = StringField(_l("Reason"), validators=[InputRequired(), Length(max=300)])


class ConflictForm(PageForm):
    """Who must not see somebody, and why."""

    counsellor = SelectField(_l("Counsellor"))
    reason = StringField(_l("Reason"), validators=[Length(max=300)],
                         description=_l("Family, the same employer, a colleague"))


class WeeklyForm(PageForm):
    """A weekly time of a counsellor."""

    weekdays = Several(_l("Days"), choices=list(WEEKDAYS))
    starts = TimeField(_l("From"), validators=[InputRequired()])
    ends = TimeField(_l("Until"), validators=[InputRequired()])
    centre = SelectField(_l("Centre"))
    modes = Several(
        _l("How"), choices=choices(AppointmentMode),
        default=[mode.value for mode in AppointmentMode if mode is not AppointmentMode.HOME],
    )
    valid_from = DateField(_l("Valid from"), validators=[Optional()], render_kw={"data-optional": ""})
    valid_until = DateField(_l("Valid until"), validators=[Optional()],
                            render_kw={"data-optional": ""})


class ChangeForm(PageForm):
    """Leave, or a time beyond the weekly ones."""

    kind = RadioField(
        _l("What"), choices=[("leave", _l("Away")), ("extra", _l("Extra time"))], default="leave"
    )
    starts_at = DateTimeLocalField(_l("From"), format=[LOCAL, LOCAL + ":%S"],
                                   validators=[InputRequired()])
    ends_at = DateTimeLocalField(_l("Until"), format=[LOCAL, LOCAL + ":%S"],
                                 validators=[InputRequired()])
    centre = SelectField(_l("Centre of the extra time"))
    note = StringField(_l("Note for colleagues"), validators=[Length(max=120)],
                       render_kw={"data-optional": ""})


class GroupForm(PageForm):
    """A counselling group."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=120)],
                       description=_l("A neutral one: it stands in the week"))
    centre = SelectField(_l("Centre"))
    leader = SelectField(_l("Leader"))
    co_leader = SelectField(_l("Co-leader"))
    room = SelectField(_l("Room"))
    language = SelectField(_l("Language"), choices=choices(Language, blank=ANY))
    seats = IntegerField(_l("Places"), default=12, validators=[NumberRange(2, 30)],
                         description=_l("Ten to twelve is usual"))
    purpose = TextAreaField(_l("What it is for"), validators=[Length(max=2000)],
                            render_kw={"data-optional": ""})
    contract = TextAreaField(_l("The group's rules"), validators=[Length(max=4000)],
                             render_kw={"data-optional": ""})


class GroupChangeForm(GroupForm):
    """A group that is there already: it stays at its centre."""

    centre = None  # type: ignore[assignment]
    version = HiddenField()


class MoveMeetingForm(PageForm):
    """Another time for a meeting of a group."""

    starts_at = DateTimeLocalField(_l("New time"), format=[LOCAL, LOCAL + ":%S"],
                                   validators=[InputRequired()])
    minutes = IntegerField(_l("Minutes"), validators=[InputRequired(), NumberRange(30, 480)],
                           render_kw={"step": 5})


class MeetingsForm(PageForm):
    """Meetings of a group."""

    starts_at = DateTimeLocalField(_l("First meeting"), format=[LOCAL, LOCAL + ":%S"],
                                   validators=[InputRequired()])
    minutes = SelectField(_l("Length"), choices=[_minutes(value) for value in LENGTHS[1:]],
                          default="90")
    count = IntegerField(_l("How many meetings"), default=8, validators=[NumberRange(1, 30)])
    every_weeks = IntegerField(_l("Weeks between them"), default=1, validators=[NumberRange(1, 8)])
