"""The short form that begins a contact logged by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, TelField
from wtforms.validators import Length, NumberRange, Optional

from hotline.calls.byhand import ByHand
from hotline.calls.forms_fields import ClockField, OneOf
from hotline.calls.numbers import is_withheld, normalise
from triage.vocabulary import Channel, Language

BY_HAND = tuple(channel for channel in Channel if channel is not Channel.OUTREACH)


class LogForm(FlaskForm):
    """How and when the contact came; today and now unless somebody writes otherwise."""

    channel = OneOf(_l("How did it come?"), kind=Channel, members=BY_HAND)
    place = RadioField(_l("Line or centre"), validate_choice=True)
    language = OneOf(_l("Language spoken"), kind=Language)
    number = TelField(
        _l("Caller's number"), [Length(max=60)], description=_l("Leave it empty when it is not known.")
    )
    on_day = DateField(_l("Day"), [Optional()])
    at_time = ClockField(_l("Time"))
    minutes = IntegerField(_l("Minutes it took"), [Optional(), NumberRange(0, 1440)])

    region = "MO"

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what is needed to begin."""
        valid = bool(super().validate(extra_validators))  # type: ignore[no-untyped-call]
        wrong: list[tuple[Any, Any]] = []
        if not self.channel.data:
            wrong.append((self.channel, _l("Say how the contact came.")))
        number = (self.number.data or "").strip()
        if number and not is_withheld(number) and normalise(number, self.region) is None:
            wrong.append((self.number, _l("This is not a telephone number. Leave it empty if there is none.")))
        for field, message in wrong:
            field.errors = [*field.errors, str(message)]
        return valid and not wrong

    def values(self, now: datetime, zone: str) -> ByHand:
        """What a valid form says; an empty day or time is now."""
        local = now.astimezone(ZoneInfo(zone))
        minutes = self.at_time.minutes
        day = self.on_day.data or local.date()
        if minutes is None and day == local.date():
            at = local
        else:
            hour, minute = divmod(min(minutes if minutes is not None else 12 * 60, 1439), 60)
            at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))
        kind, _, public_id = str(self.place.data or "").partition(":")
        return ByHand(
            channel=self.channel.member(Channel) or Channel.PHONE,
            contact_at=at.astimezone(now.tzinfo),
            line=public_id if kind == "line" else None,
            centre=public_id if kind == "centre" else None,
            language=self.language.member(Language),
            number=(self.number.data or "").strip() or None,
            minutes=self.minutes.data,
        )
