"""Forms of this room."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

_REASON = _l("A reason is needed.")


class PageForm(FlaskForm):
    """A form of this room, with types around the library's own methods."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)  # type: ignore[no-untyped-call]

    def handed_in(self) -> bool:
        """True when it was sent and all of it may be."""
        return bool(self.validate_on_submit())  # type: ignore[no-untyped-call]


class ReasonForm(PageForm):
    """Why something about the classifiers is changed."""

    reason = StringField(
        _l("Reason"), [DataRequired(_REASON), Length(max=300)],
        render_kw={"autocomplete": "off", "required": True},
    )


class GateForm(PageForm):
    """What a language must reach."""

    recall = DecimalField(
        _l("Share of B and A that rules and model must find, in per cent"),
        [InputRequired(_l("Give a number.")),
         NumberRange(min=50, max=100, message=_l("Between 50 and 100."))],
        places=1, render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    contacts = IntegerField(
        _l("Contacts at B or A needed before anything is said"),
        [InputRequired(_l("Give a number.")),
         NumberRange(min=5, max=1000, message=_l("Between 5 and 1000."))],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    unmeasured = BooleanField(_l("Until there are so many, the model is heard"))


class NoteForm(PageForm):
    """What somebody found in a missed contact."""

    note = TextAreaField(
        _l("What you found"),
        [DataRequired(_l("Write down what you found.")), Length(max=2000)],
        render_kw={"rows": 4, "required": True},
    )
