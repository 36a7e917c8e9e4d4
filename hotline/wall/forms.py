"""Forms of hand-over and quality review."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from hotline.followups.typed import TypedForm, labelled

POINTS: dict[str, LazyString] = {
    "welcome": _lp("quality", "Welcome and tone"),
    "listening": _lp("quality", "Listening"),
    "risk_asked": _lp("quality", "Risk asked about, plainly"),
    "safety": _lp("quality", "Safety thought of"),
    "next_step": _lp("quality", "A next step agreed"),
    "record": _lp("quality", "The record says what matters"),
}
MARKS: dict[str, LazyString] = {
    "1": _lp("mark", "1"), "2": _lp("mark", "2"), "3": _lp("mark", "3"), "4": _lp("mark", "4"),
    "5": _lp("mark", "5"),
}


def _mark(point: str) -> RadioField:
    return RadioField(
        POINTS[point], [InputRequired(_l("Give a mark."))], choices=labelled(MARKS, MARKS)
    )


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
