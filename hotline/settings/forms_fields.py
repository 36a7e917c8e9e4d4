"""Fields of the settings forms: hours of a week, closed days, several of several, a picked person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from hotline.settings.typed import Unreadable, read_days, read_hours, write_days, write_hours

WEEKDAYS = (
    _l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"),
    _l("Sunday"),
)


class Several(SelectMultipleField):
    """Some of several choices, as checkboxes; several blanks are taken as none."""

    widget = ListWidget(prefix_label=False)  # type: ignore[assignment]
    option_widget = CheckboxInput()  # type: ignore[assignment]

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **options)  # type: ignore[no-untyped-call]


class HoursField(StringField):
    """The spans of one day, typed like `09:00-13:00, 14:00-18:00`; empty means no service."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **options)  # type: ignore[no-untyped-call]

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the library's signature
        """Refuse what cannot be read, naming the part."""
        try:
            read_hours(self.data or "")
        except Unreadable as error:
            raise ValidationError(
                _("“%(part)s” cannot be read. Write it like 09:00-13:00, 14:00-18:00.", part=error.what)
            ) from None

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The spans in minutes after midnight."""
        return read_hours(self.data or "")


class DaysField(TextAreaField):
    """Closed days, one a line: `2026-12-24 Christmas Eve`."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **options)  # type: ignore[no-untyped-call]

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the library's signature
        """Refuse what cannot be read, naming the line."""
        try:
            read_days(self.data or "")
        except Unreadable as error:
            raise ValidationError(
                _("“%(part)s” does not begin with a day. Write it like 2026-12-24 Christmas Eve.",
                  part=error.what)
            ) from None

    @property
    def days(self) -> list[tuple[date, str]]:
        """The days with their names."""
        return read_days(self.data or "")


def hours_field(weekday: int) -> HoursField:
    """The field of one weekday, 0 for Monday."""
    return HoursField(
        WEEKDAYS[weekday],
        render_kw={"placeholder": "09:00-13:00, 14:00-18:00", "autocomplete": "off"},
    )


class WeekMixin:
    """Seven fields of hours, `day_0` to `day_6`, and what stands in them."""

    day_0 = hours_field(0)
    day_1 = hours_field(1)
    day_2 = hours_field(2)
    day_3 = hours_field(3)
    day_4 = hours_field(4)
    day_5 = hours_field(5)
    day_6 = hours_field(6)

    def day_fields(self) -> list[HoursField]:
        """The seven fields in order."""
        return [getattr(self, f"day_{day}") for day in range(7)]

    def weekly(self) -> dict[int, list[tuple[int, int]]]:
        """Weekday to its spans."""
        return {day: field.spans for day, field in enumerate(self.day_fields()) if field.spans}


def typed_week(spans: Iterable[Any]) -> dict[str, str]:
    """Rows of hours as the seven fields show them."""
    days: dict[int, list[tuple[int, int]]] = {}
    for span in spans:
        days.setdefault(span.weekday, []).append((span.opens, span.closes))
    return {f"day_{day}": write_hours(found) for day, found in days.items()}


def typed_days(closures: Iterable[Any]) -> str:
    """Rows of closed days as the field shows them."""
    return write_days((closure.on, closure.name) for closure in closures)


def blank_first(choices: Iterable[tuple[str, str]], blank: str) -> list[SelectChoice]:
    """Choices with an empty one in front."""
    return [SelectChoice("", blank), *(SelectChoice(value, text) for value, text in choices)]
