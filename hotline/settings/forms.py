"""Forms for centres, rooms, lines and shifts."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TelField,
    TimeField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from hotline.access.forms import HouseForm, Telephone, trimmed
from hotline.settings.forms_fields import DaysField, Several, WeekMixin
from hotline.web.words import choices
from triage.vocabulary import CentreStatus, Language, LineStatus, RingStrategy

REGIONS = (
    ("MO", _l("Macau")), ("HK", _l("Hong Kong")), ("CN", _l("Mainland China")), ("PT", _l("Portugal")),
)
ZONES = ("Asia/Macau", "Asia/Hong_Kong", "Asia/Shanghai", "Europe/Lisbon", "UTC")
NAMED = (("zh_Hant", "name_zh_hant"), ("zh_Hans", "name_zh_hans"), ("pt", "name_pt"))


def _name(label: Any, *, needed: bool = False, lang: str = "en") -> StringField:
    rules: list[Any] = [Length(max=120)]
    if needed:
        rules.insert(0, InputRequired(_l("A name is needed.")))
    words = {"lang": lang, "autocomplete": "off"}
    if not needed:
        words["data-optional"] = ""
    return StringField(label, filters=[trimmed], validators=rules, render_kw=words)


class NamedForm(HouseForm):
    """Something with a name in each language of the pages, and the version that was read."""

    name = _name(_l("Name in English"), needed=True)
    name_zh_hant = _name(_l("Name in Traditional Chinese"), lang="zh-Hant")
    name_zh_hans = _name(_l("Name in Simplified Chinese"), lang="zh-Hans")
    name_pt = _name(_l("Name in Portuguese"), lang="pt")
    version = HiddenField()

    def names(self) -> dict[str, str]:
        """Locale to name."""
        return {locale: self[field].data or "" for locale, field in NAMED}

    def seen(self) -> int | None:
        """The version the person had before them."""
        return int(self.version.data) if (self.version.data or "").isdigit() else None


class CentreForm(WeekMixin, NamedForm):
    """A centre."""

    code = StringField(
        _l("Short code"), filters=[trimmed],
        validators=[
            InputRequired(_l("A code is needed.")), Length(max=20),
            Regexp(r"^[a-z0-9-]+$", message=_l("Small letters, digits and hyphens only.")),
        ],
    )
    district = StringField(_l("District"), filters=[trimmed], validators=[Length(max=80)],
                           render_kw={"data-optional": ""})
    status = SelectField(_l("Can people come?"), choices=choices(CentreStatus))
    holiday_region = SelectField(
        _l("Public holidays of"), choices=[SelectChoice(code, cast("str", text)) for code, text in REGIONS],
    )
    timezone = SelectField(
        _l("Clock of"), choices=[SelectChoice(zone, zone) for zone in ZONES], validate_choice=False
    )
    closures = DaysField(_l("Closed on"), render_kw={"rows": 3, "data-optional": ""})
    buffer_minutes = IntegerField(
        _l("Minutes free after each meeting"), default=15,
        validators=[NumberRange(0, 60, _l("From 0 to 60 minutes."))],
        render_kw={"min": 0, "max": 60, "step": 5},
    )

    def validate_buffer_minutes(self, field: IntegerField) -> None:
        """Meetings stand on a grid of five minutes, and so does what follows them."""
        if field.data is not None and field.data % 5:
            raise ValidationError(_("In steps of five minutes, such as 10."))

    def validate_timezone(self, field: SelectField) -> None:
        """Refuse a zone that no clock has."""
        if field.data not in available_timezones():
            raise ValidationError(_("There is no such clock."))


class RoomForm(HouseForm):
    """A counselling room."""

    name = StringField(_l("Name of the room"), filters=[trimmed],
                       validators=[InputRequired(_l("A name is needed.")), Length(max=80)])
    seats = IntegerField(_l("Seats"), default=2, validators=[NumberRange(1, 200)])
    equipment = StringField(_l("Equipment, with commas between"), filters=[trimmed],
                            validators=[Length(max=300)], render_kw={"data-optional": ""})
    active = BooleanField(_l("Can be booked"), default=True)
    version = HiddenField()

    def seen(self) -> int | None:
        """The version the person had before them."""
        return int(self.version.data) if (self.version.data or "").isdigit() else None

    def equipment_list(self) -> list[str]:
        """What stands in the room."""
        return [part.strip() for part in (self.equipment.data or "").replace("，", ",").split(",")
                if part.strip()]


class LineForm(WeekMixin, NamedForm):
    """A hotline number."""

    number = TelField(_l("Number people dial"), filters=[trimmed],
                      validators=[InputRequired(_l("A number is needed.")), Length(max=32), Telephone()])
    centre = SelectField(_l("Centre"))
    status = SelectField(_l("State of the line"), choices=choices(LineStatus))
    starts_on = DateField(_l("In service from"), validators=[Optional()],
                          render_kw={"data-optional": ""})
    ends_on = DateField(_l("In service until"), validators=[Optional()],
                        render_kw={"data-optional": ""})
    languages = Several(_l("Languages callers may choose"), choices=choices(Language))
    default_language = SelectField(_l("A caller who chooses none hears"), choices=choices(Language))
    ring_strategy = SelectField(_l("Who is rung"), choices=choices(RingStrategy))
    always_open = BooleanField(_l("Open day and night"))
    closures = DaysField(_l("Closed on"), render_kw={"rows": 3, "data-optional": ""})
    holidays = Several(
        _l("Closed on the public holidays of"),
        choices=[SelectChoice(code, cast("str", text)) for code, text in REGIONS],
    )
    fallback_number = TelField(_l("If nobody answers, ring"), filters=[trimmed],
                               validators=[Telephone()], render_kw={"data-optional": ""})
    supervisor_number = TelField(_l("Telephone of the supervisor on duty"), filters=[trimmed],
                                 validators=[Telephone()], render_kw={"data-optional": ""})
    emergency_number = StringField(
        _l("Emergency number for a transfer"), filters=[trimmed],
        validators=[Optional(), Regexp(r"^\+?[0-9]{3,15}$", message=_l("Digits only, such as 999."))],
        render_kw={"data-optional": "", "inputmode": "tel"},
    )
    skills = StringField(_l("Skills wanted first, with commas between"), filters=[trimmed],
                         validators=[Length(max=200)], render_kw={"data-optional": ""})
    ring_seconds = IntegerField(_l("Ring each person for (seconds)"), default=20,
                                validators=[NumberRange(5, 60)])
    wait_ceiling = IntegerField(_l("Longest wait before a message is offered (seconds)"), default=120,
                                validators=[NumberRange(20, 900)])
    voicemail = BooleanField(_l("Callers may leave a message"), default=True)
    callback = BooleanField(_l("Callers may ask to be called back"), default=True)
    transcription = BooleanField(_l("Live transcript (the caller is told)"))

    def validate_languages(self, field: Several) -> None:
        """A line speaks at least one language."""
        if not field.data:
            raise ValidationError(_("Choose at least one language."))

    def validate_default_language(self, field: SelectField) -> None:
        """The language of the silent is one of the line's."""
        if field.data not in (self.languages.data or []):
            raise ValidationError(_("Choose one of the languages above."))

    def validate_ends_on(self, field: DateField) -> None:
        """A line does not end before it begins."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The line would end before it begins."))

    def manner(self) -> dict[str, Any]:
        """What goes into the line's own settings."""
        return {
            "ring_seconds": self.ring_seconds.data, "wait_ceiling": self.wait_ceiling.data,
            "voicemail": bool(self.voicemail.data), "callback": bool(self.callback.data),
            "transcription": bool(self.transcription.data),
            "holidays": list(self.holidays.data or []),
            "skills": [part.strip() for part in (self.skills.data or "").replace("，", ",").split(",")
                       if part.strip()],
        }


class ShiftForm(HouseForm):
    """A shift of a line."""

    day = DateField(_l("Day"), validators=[InputRequired(_l("Choose a day."))])
    starts = TimeField(_l("From"), validators=[InputRequired(_l("When does it begin?"))])
    ends = TimeField(_l("To"), description=_l("An hour before the beginning is on the next day."),
                     validators=[InputRequired(_l("When does it end?"))])
    members = Several(_l("On shift"))
    backups = Several(_l("Rung only when nobody else takes the call"))
    leader = SelectField(_l("Shift leader"), render_kw={"data-optional": ""})
    supervisor = SelectField(_l("Supervisor on duty"), render_kw={"data-optional": ""})
    version = HiddenField()

    def seen(self) -> int | None:
        """The version the person had before them."""
        return int(self.version.data) if (self.version.data or "").isdigit() else None
