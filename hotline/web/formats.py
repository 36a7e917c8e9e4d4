"""How instants, lengths of time and telephone numbers are written for the person reading.

Instants come in aware and in UTC; they are shown in the zone of the request (flask_babel's
`get_timezone`, set from the centre). Each function here is also a template filter of its name.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from flask import Flask
from flask_babel import format_date, format_datetime, get_locale, get_timezone, gettext, ngettext

from hotline.web.controls import control_attributes, flat_errors, form_errors, is_choice_group
from hotline.web.script_words import script_words
from hotline.web.words import code_meaning, prompt, reason_text, told_once, word

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Written out, because a locale's own short forms differ from what rosters and door signs here show:
# always the twenty-four-hour clock, and the weekday where a meeting is meant.
_STYLES = {
    "en": {
        "time": "HH:mm",
        "short": "d MMM HH:mm",
        "long": "EEE d MMM y, HH:mm",
        "date": "d MMM y",
        "day": "EEE d MMM",
    },
    "zh": {
        "time": "HH:mm",
        "short": "M月d日 HH:mm",
        "long": "y年M月d日（EEE）HH:mm",
        "date": "y年M月d日",
        "day": "M月d日 EEE",
    },
    "pt": {
        "time": "HH:mm",
        "short": "d MMM HH:mm",
        "long": "EEE, d 'de' MMM 'de' y, HH:mm",
        "date": "d 'de' MMM 'de' y",
        "day": "EEE, d MMM",
    },
}


def _pattern(style: str) -> str:
    locale = get_locale()
    language = locale.language if locale is not None else "en"
    return _STYLES.get(language, _STYLES["en"])[style]


def local(at: datetime) -> datetime:
    """The instant on the wall clock of the reader's centre (still aware)."""
    return at.astimezone(get_timezone())


def local_time(at: datetime | None, style: str = "short", zone: str | None = None) -> str:
    """An instant in words of the reader's language; a dash for None.

    style: "time" 14:05; "short" day and time; "long" with weekday and year; "date"; "day" weekday
    and date without year. With `zone` it is told on the clock of that place, whoever reads.
    """
    if at is None:
        return "–"
    if zone is not None:
        there = at.astimezone(ZoneInfo(zone))
        return str(format_datetime(there, _pattern(style), rebase=False))
    return str(format_datetime(at, _pattern(style)))


def local_date(day: date | None, style: str = "date") -> str:
    """A calendar day in words; a dash for None. style: "date" or "day"."""
    if day is None:
        return "–"
    return str(format_date(day, _pattern(style)))


def _amount(seconds: float) -> str:
    """A rough length of time in its largest sensible unit, never rounded up."""
    whole = int(abs(seconds))
    if whole < HOUR:
        return str(ngettext("%(num)d min", "%(num)d min", max(1, whole // MINUTE)))
    if whole < DAY:
        hours, rest = divmod(whole, HOUR)
        minutes = rest // MINUTE
        if hours < 3 and minutes:
            return str(gettext("%(hours)d h %(minutes)d min", hours=hours, minutes=minutes))
        return str(ngettext("%(num)d h", "%(num)d h", hours))
    return str(ngettext("%(num)d day", "%(num)d days", whole // DAY))


def relative(at: datetime, now: datetime) -> str:
    """When something is due, seen from now: "in 2 h", "now", "40 min late"."""
    seconds = (at - now).total_seconds()
    if abs(seconds) < MINUTE:
        return str(gettext("now"))
    if seconds > 0:
        return str(gettext("in %(amount)s", amount=_amount(seconds)))
    return str(gettext("%(amount)s late", amount=_amount(seconds)))


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago something was: "5 min ago", "just now"; a dash for None."""
    if at is None:
        return "–"
    seconds = (now - at).total_seconds()
    if seconds < MINUTE:
        return str(gettext("just now"))
    return str(gettext("%(amount)s ago", amount=_amount(seconds)))


def duration(length: float | timedelta | None) -> str:
    """A length of time to the second under an hour, then to the minute; a dash for None."""
    if length is None:
        return "–"
    seconds = int(length.total_seconds() if isinstance(length, timedelta) else length)
    if seconds < MINUTE:
        return str(gettext("%(seconds)d s", seconds=seconds))
    minutes, seconds = divmod(seconds, MINUTE)
    if minutes < 60:
        return str(gettext("%(minutes)d min %(seconds)02d s", minutes=minutes, seconds=seconds))
    hours, minutes = divmod(minutes, 60)
    return str(gettext("%(hours)d h %(minutes)02d min", hours=hours, minutes=minutes))


def masked_number(number: str | None) -> str:
    """A telephone number with only its country code and last three digits left.

    Takes E.164 or anything else somebody typed; a withheld number (None or empty) says so.
    """
    if not number:
        return str(gettext("Number withheld"))
    digits = "".join(sign for sign in number if sign.isdigit())
    if len(digits) < 6:
        return "•" * len(digits)
    country = ""
    if number.startswith("+"):
        try:
            country = f"+{phonenumbers.parse(number).country_code} "
        except phonenumbers.NumberParseException:
            country = ""
    return f"{country}•••• •{digits[-3:]}"


def init_formats(app: Flask) -> None:
    """Give templates their filters, tests and functions."""
    for filter_ in (
        local_time, local_date, relative, ago, duration, masked_number, word, code_meaning, prompt,
        reason_text, told_once, flat_errors, form_errors,
    ):
        app.add_template_filter(filter_, filter_.__name__)
    app.add_template_test(is_choice_group, "choice_group")
    app.add_template_global(control_attributes, "control_attributes")
    app.add_template_global(script_words, "script_words")
