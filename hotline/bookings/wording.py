"""The words of reminders: neutral, because other people may read the telephone.

They say neither who writes nor what the meeting is for; the centre's name stands in front only
when the person agreed to it. Written here and not in the catalogues: a text that leaves the house
must exist in the person's language, whatever the staff's pages speak.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

# date, time: numbers alone, so that no language's month names are needed.
REMINDERS = {
    "yue": "提提你：你約咗 {date} {time}。回覆 1 保留，回覆 2 改期。",
    "cmn": "提醒：您的预约在 {date} {time}。回复 1 保留，回复 2 改期。",
    "pt": "Lembrete: o seu compromisso é a {date} às {time}. Responda 1 para manter, 2 para mudar.",
    "en": "Reminder: your appointment is on {date} at {time}. Reply 1 to keep it, 2 to change it.",
}
KEEP = frozenset(("1", "keep", "yes", "ok", "保留", "好", "sim", "manter"))
CHANGE = frozenset(("2", "change", "no", "改期", "改", "mudar", "não", "nao"))
STOPS = " \t\r\n.!。"


def reminder(language: str | None, starts_at: datetime, zone: str, sender: str | None) -> str:
    """The text of a reminder; in Cantonese where the language is not known."""
    local = starts_at.astimezone(ZoneInfo(zone))
    date = f"{local.month}月{local.day}日" if language in (None, "yue", "cmn") else f"{local.day}/{local.month}"
    text = REMINDERS.get(language or "yue", REMINDERS["en"]).format(
        date=date, time=f"{local.hour:02d}:{local.minute:02d}"
    )
    return f"{sender}: {text}" if sender else text


def answer(text: str) -> str | None:
    """"keep" or "change" for a reply to a reminder; None when a person must read it."""
    word = unicodedata.normalize("NFKC", text).casefold().strip(STOPS)
    if word in KEEP:
        return "keep"
    return "change" if word in CHANGE else None
