"""How a line is set: its languages, its hours, what it says, and how patient it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from hotline.followups.calendar import public_holidays
from hotline.voice.dialogue import HOLD_SECONDS, MESSAGE_SECONDS, Voice
from models.agency import Line
from triage.service_hours import Opening, ServiceHours
from triage.vocabulary import CentreStatus, Language, LineStatus

RING_SECONDS = 20
CEILING_SECONDS = 120
EMERGENCY = {"MO": "999", "HK": "999", "CN": "120", "PT": "112"}


@dataclass(frozen=True, slots=True)
class Manner:
    """What a line's settings ask for, with our defaults where they are silent."""

    ring_seconds: int
    ceiling_seconds: int
    message_seconds: int
    voicemail: bool
    callback: bool
    transcribed: bool


def manner(line: Line | None) -> Manner:
    """The manner of a line; the usual one for a call that belongs to none."""
    settings: dict[str, Any] = {} if line is None else line.settings

    def number(name: str, default: int, low: int, high: int) -> int:
        value = settings.get(name, default)
        return min(max(int(value), low), high) if isinstance(value, int | float) else default

    return Manner(
        ring_seconds=number("ring_seconds", RING_SECONDS, 5, 60),
        ceiling_seconds=number("wait_ceiling", CEILING_SECONDS, HOLD_SECONDS, 900),
        message_seconds=number("voicemail_seconds", MESSAGE_SECONDS, 20, 600),
        voicemail=bool(settings.get("voicemail", True)),
        callback=bool(settings.get("callback", True)),
        transcribed=bool(settings.get("transcription", False)),
    )


def languages(line: Line | None) -> list[Language]:
    """The languages a line speaks, in the order of their keys; all of them without a line."""
    known = {language.value for language in Language}
    spoken = [Language(code) for code in (line.languages if line else ()) if code in known]
    return [language for language in Language if language in spoken] or list(Language)


def default_language(line: Line | None) -> Language:
    """What a silent caller hears."""
    spoken = languages(line)
    if line is not None and line.default_language in spoken:
        return Language(line.default_language)
    return spoken[0]


def voice(line: Line | None, language: str | None) -> Voice:
    """How the line speaks to somebody with this language."""
    spoken = {each.value for each in Language}
    chosen = Language(language) if language in spoken else default_language(line)
    if line is None:
        return Voice(chosen)
    sounds = line.settings.get("prompts", {})
    region = line.centre.holiday_region
    emergency = str(line.settings.get("emergency_words") or EMERGENCY.get(region, "999"))
    return Voice(chosen, sounds if isinstance(sounds, dict) else {}, emergency)


def holidays(line: Line, now: datetime) -> frozenset[date]:
    """The public holidays the line keeps, of the years about now; none unless some are switched on."""
    regions = line.settings.get("holidays", [])
    kept: set[date] = set()
    for region in regions if isinstance(regions, list) else []:
        for year in (now.year - 1, now.year, now.year + 1):
            kept |= public_holidays(str(region), year)
    return frozenset(kept)


def hours(line: Line, now: datetime) -> ServiceHours:
    """The line's hours on its centre's clock, its closed days and holidays about now."""
    weekly: dict[int, tuple[Opening, ...]] = {}
    for span in line.hours:
        weekly[span.weekday] = (*weekly.get(span.weekday, ()), (_time(span.opens), _time(span.closes)))
    return ServiceHours(
        zone=line.centre.timezone,
        weekly={} if line.always_open else weekly,
        closed_dates=frozenset() if line.always_open
        else _dates(c.on for c in line.closures) | holidays(line, now),
    )


def _dates(days: Iterable[date]) -> frozenset[date]:
    return frozenset(days)


def _time(minutes: int) -> time:
    return time() if minutes >= 1440 else time(minutes // 60, minutes % 60)


def why_closed(line: Line, now: datetime) -> str:
    """The prompt that says why the line takes no calls now, "" when it does."""
    today = hours(line, now).local(now).date()
    ended = line.ends_on is not None and today > line.ends_on
    planned = line.starts_on is not None and today < line.starts_on
    if line.status is LineStatus.ENDED or ended:
        return "ended"
    if line.status is LineStatus.SUSPENDED:
        return "suspended"
    if line.status is LineStatus.PLANNED or planned:
        return "closed"
    if line.always_open:
        return ""
    kept = hours(line, now)
    if not kept.serves(today) and today in kept.closed_dates:
        return "holiday"
    return "" if kept.is_open(now) else "closed"


def premises_closed(line: Line) -> bool:
    """True when the centre is shut while its line is answered from homes (a typhoon, say)."""
    return line.centre.status in (CentreStatus.SUSPENDED, CentreStatus.CLOSED)
