"""Forms of hand-over and quality review."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange

from hotline.followups.typed import TypedForm, labelled

POINTS: dict[str, LazyString] = {
    "welcome": _lp("quality", "Welcome and tone"),
    "listening": _lp("quality", "Listening"),
    "risk_asked": _lp("quality", "Risk asked about, plainly"),
    "safety": _lp("quality", "Safety thought of"),
    "next_step": _lp("quality", "A next step agreed"),
    "record": _lp("quality", "The record says what matters"),
}
DEBRIEF_REASONS: dict[str, LazyString] = {
    "asked": _lp("debrief", "Asked for it"),
    "high_code": _lp("debrief", "A very urgent contact"),
    "emergency": _lp("debrief", "An emergency"),
    "abusive": _lp("debrief", "An abusive call"),
    "death": _lp("debrief", "A death"),
}
MARKS: dict[str, LazyString] = {
    "1": _lp("mark", "1"), "2": _lp("mark", "2"), "3": _lp("mark", "3"), "4": _lp("mark", "4"),
    "5": _lp("mark", "5"),
}


def _mark(point: str) -> RadioField:
    return RadioField(
        POINTS[point], [InputRequired(_l("Give a mark."))], choices=labelled(MARKS, MARKS)
    )


class OnCallForm(TypedForm):
    """Somebody who may be rung at home."""

    part = "home"

    name = StringField(_l("Name"), [InputRequired(_l("Give a name.")), Length(max=80)])
    number = TelField(_l("Telephone"), [InputRequired(_l("Give a number.")), Length(max=40)])
    centre = SelectField(_l("For"), validate_choice=False)
    position = IntegerField(_l("Place in the order"), [NumberRange(1, 99)], default=1)
    active = BooleanField(_l("Is told"), default=True)
    version = HiddenField()


class HandOverForm(TypedForm):
    """Words for the next shift."""

    part = "hand"

    centre = SelectField(_l("Centre"), validate_choice=False)
    note = TextAreaField(_l("What the next shift should know"), [Length(max=8000)],
                         render_kw={"rows": 4, "data-optional": ""})


class QualityForm(TypedForm):
    """Marks from 1 (not yet) to 5 (an example to others), and words for the author."""

    part = "quality"

    welcome = _mark("welcome")
    listening = _mark("listening")
    risk_asked = _mark("risk_asked")
    safety = _mark("safety")
    next_step = _mark("next_step")
    record = _mark("record")
    feedback = TextAreaField(_l("For the author"), [InputRequired(_l("Say something to them.")),
                                                   Length(max=8000)], render_kw={"rows": 4})
