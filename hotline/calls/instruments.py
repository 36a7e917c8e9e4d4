"""The words of the screener: an agency's official text where it loaded one, else our own."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.instruments import Instrument
from triage.vocabulary import Language, Question

OWN = "own-1"
"""The name of our own wording, as an assessment keeps it."""

NEEDED = (
    Question.WISH_DEAD, Question.THOUGHTS, Question.METHOD, Question.INTENT, Question.PLAN,
    Question.ACTED_EVER,
)
"""The six questions of the screener, in its order."""

FURTHER = (Question.ACTED_3_MONTHS,)
"""What an instrument may word besides: how long ago."""

SCRIPTS = {
    Language.CANTONESE: "zh-Hant", Language.MANDARIN: "zh-Hans", Language.PORTUGUESE: "pt",
    Language.ENGLISH: "en",
}
"""How a text in a spoken language is marked on the page, for voices and fonts."""


def text_for(session: Session, language: str | None) -> Instrument | None:
    """The official text in the language spoken; None where our own words are to be used.

    A text in another language is no official text of this talk, so there is no falling back.
    """
    if not language:
        return None
    return session.scalar(
        select(Instrument).where(Instrument.language == language, Instrument.retired_at.is_(None))
    )


def label_of(session: Session, shown: str | None) -> str:
    """Name and edition of the text a page showed (its public id); our own for none."""
    if not shown:
        return OWN
    found = session.scalar(select(Instrument).where(Instrument.public_id == shown))
    return found.label if found is not None else OWN
