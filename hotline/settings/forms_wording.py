"""Forms for a screener's official text and for the numbers to give."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from hotline.access.forms import HouseForm, trimmed
from hotline.calls.instruments import FURTHER, NEEDED
from hotline.settings.forms import NamedForm
from hotline.settings.wording import GivenNumber, OfficialText
from hotline.web.words import word
from triage.vocabulary import Language, Question


class OfficialTextForm(HouseForm):
    """The wording of the six questions in one language, with its name, edition and attribution."""

    name = StringField(
        _l("Name of the instrument"), filters=[trimmed],
        validators=[DataRequired(_l("A name is needed.")), Length(max=26)],
    )
    edition = StringField(
        _l("Edition"), filters=[trimmed],
        validators=[DataRequired(_l("Write which edition it is.")), Length(max=12)],
    )
    attribution = StringField(
        _l("Attribution"), filters=[trimmed],
        validators=[DataRequired(_l("Write whose text it is.")), Length(max=400)],
    )

    def asks(self, question: Question) -> Any:
        """The field of a question."""
        return self[f"text_{question.value}"]

    def values(self, language: Language) -> OfficialText:
        """What a valid form says."""
        return OfficialText(
            language, self.name.data or "", self.edition.data or "", self.attribution.data or "",
            {question: self.asks(question).data or "" for question in (*NEEDED, *FURTHER)},
        )


for _question in (*NEEDED, *FURTHER):
    _rules: list[Any] = [Length(max=600)]
    if _question in NEEDED:
        _rules.insert(0, DataRequired(_l("Give the official words of every question.")))
    setattr(
        OfficialTextForm, f"text_{_question.value}",
        TextAreaField(word(_question), filters=[trimmed], validators=_rules),
    )


class NumberToGiveForm(NamedForm):
    """One number a caller can be given."""

    number = StringField(
        _l("Number"), filters=[trimmed],
        validators=[
            DataRequired(_l("A number is needed.")), Length(max=40),
            Regexp(r"^[0-9+()* #-]+$", message=_l("Digits, spaces and + only.")),
        ],
    )

    def entry(self) -> GivenNumber:
        """What a valid form says."""
        return GivenNumber(self.name.data or "", self.number.data or "", self.names())
