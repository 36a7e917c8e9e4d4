"""The base of this room's forms, with the types that the library leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice


class TypedForm(FlaskForm):
    """A form that says whether it was sent and is in order.

    `part` goes in front of the ids of its controls, so that several forms with fields of the same
    name can stand on one page; the names that are sent stay as they are.
    """

    part = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        if self.part:
            for field in self:
                field.id = f"{self.part}-{field.id}"
                field.label.field_id = field.id

    def sent(self) -> bool:
        """True when this request sends the form and everything in it is in order."""
        return bool(self.validate_on_submit())  # type: ignore[no-untyped-call]


def labelled(words: Mapping[str, LazyString | str], keys: Iterable[str]) -> list[SelectChoice]:
    """The choices of a field for those keys, each with its word."""
    return [SelectChoice(key, words[key]) for key in keys]  # type: ignore[arg-type]


def offered(pairs: Iterable[tuple[str, str]], *, blank: str) -> list[SelectChoice]:
    """The choices of a field for (value, text) pairs, with an empty one in front."""
    return [SelectChoice("", blank), *(SelectChoice(value, text) for value, text in pairs)]
