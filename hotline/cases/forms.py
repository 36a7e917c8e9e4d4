"""Forms of the case pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from hotline.cases.status import CHECKLIST
from hotline.cases.wording import CHECKS, REVIEW_ANSWERS
from hotline.followups.typed import TypedForm, labelled
from hotline.web.words import choices
from triage.vocabulary import ClosureReason, LoweringReason, ResponseCode

LONGEST_TEXT = 20000
TEXT = Length(max=LONGEST_TEXT)
GIVEN_CODES = (ResponseCode.A, ResponseCode.B, ResponseCode.C, ResponseCode.D, ResponseCode.E,
               ResponseCode.N)


class NoteForm(TypedForm):
    """A note."""

    part = "note"

    text = TextAreaField(_l("Note"), [InputRequired(_l("Write something first.")), TEXT],
                         render_kw={"rows": 4})


class CodeForm(TypedForm):
    """Another response code, with the reason for it; a lower one needs more."""

    part = "code"

    code = RadioField(_l("Response code"), [InputRequired(_l("Choose a code."))],
                      choices=choices(GIVEN_CODES))
    reason = SelectField(
        _l("Reason for lowering"), [Optional()],
        choices=choices(LoweringReason, blank=_l("Only when lowering")),
    )
    note = TextAreaField(_l("Why"), [InputRequired(_l("Say why.")), TEXT], render_kw={"rows": 3})


class ReviewForm(TypedForm):
    """What somebody thinks of a suggestion."""

    part = "review"

    answer = RadioField(
        _l("Your view"), [InputRequired()],
        choices=labelled(REVIEW_ANSWERS, REVIEW_ANSWERS),
    )
    note = TextAreaField(_l("Why"), [InputRequired(_l("Say why.")), TEXT], render_kw={"rows": 2})


class CloseForm(TypedForm):
    """Closing, or its proposal: the list, the reason, and words."""

    part = "close"

    checked = SelectMultipleField(
        _l("Before closing"), choices=labelled(CHECKS, CHECKLIST),
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )
    reason = SelectField(_l("Reason"), [InputRequired()], choices=choices(ClosureReason))
    note = TextAreaField(_l("In a few words"), [InputRequired(_l("Say why.")), TEXT],
                         render_kw={"rows": 3})


class WhyForm(TypedForm):
    """Words for a step that needs them."""

    part = "why"

    note = TextAreaField(_l("Why"), [InputRequired(_l("Say why.")), TEXT], render_kw={"rows": 2})


class OwnerForm(TypedForm):
    """Whose case it shall be."""

    part = "owner"

    person = SelectField(_l("Worker"), validate_choice=False)
    over_capacity = BooleanField(_l("Even if they carry as many cases as agreed"))


class IdentityForm(TypedForm):
    """Why name and number are needed."""

    part = "identity"

    reason = StringField(_l("Why do you need to see who this is?"),
                         [InputRequired(_l("Say why.")), Length(max=200)])


class SearchForm(TypedForm):
    """What is looked for; sent as a post, so that it never stands in an address."""

    part = "search"

    text = StringField(_l("Reference, number, name or alias"),
                       [InputRequired(), Length(max=120)])
