"""Forms of the case pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
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


class PlanForm(TypedForm):
    """A safety plan in its six parts; the page gives each part its words."""

    part = "plan"

    warning_signs = TextAreaField(validators=[TEXT], render_kw={"rows": 3})
    own_ways = TextAreaField(validators=[TEXT], render_kw={"rows": 3})
    people_and_places = TextAreaField(validators=[TEXT], render_kw={"rows": 3})
    people_to_ask = TextAreaField(validators=[TEXT], render_kw={"rows": 3})
    professionals = TextAreaField(validators=[TEXT], render_kw={"rows": 3})
    safe_surroundings = TextAreaField(validators=[TEXT], render_kw={"rows": 3})
    copy_given = BooleanField(_l("The person has a copy"))
    based_on = HiddenField(default="0")


class ReferralForm(TypedForm):
    """A referral to another service."""

    part = "referral"

    service = SelectField(_l("Service"), validate_choice=False)
    to_name = StringField(_l("Or another receiver"), [Length(max=160)],
                          render_kw={"data-optional": ""})
    reason = TextAreaField(_l("What for"), [InputRequired(_l("Say what for.")), TEXT],
                           render_kw={"rows": 2})
    shared = TextAreaField(_l("What is passed on about the person"), [TEXT],
                           render_kw={"rows": 2, "data-optional": ""})
    consent = BooleanField(_l("The person agreed to passing this on"))
    warm = BooleanField(_l("Handed over in person: I stayed until the other side answered"))


class OutcomeForm(TypedForm):
    """What came of a referral."""

    part = "outcome"

    outcome = StringField(_l("What came of it"), [Length(max=400)],
                          render_kw={"data-optional": ""})


class ServiceForm(TypedForm):
    """A new entry of the directory."""

    part = "service"

    name = StringField(_l("Name"), [InputRequired(), Length(max=160)])
    telephone = StringField(_l("Telephone"), [Length(max=60)], render_kw={"data-optional": ""})
    hours = StringField(_l("Hours"), [Length(max=120)], render_kw={"data-optional": ""})
    kind = StringField(_l("What it offers"), [Length(max=40)], render_kw={"data-optional": ""})
    note = StringField(_l("Good to know"), [Length(max=400)], render_kw={"data-optional": ""})


class CallerPlanForm(TypedForm):
    """How to talk with somebody who rings often."""

    part = "caller"

    approach = TextAreaField(_l("Recommended approach"), [InputRequired(), TEXT],
                             render_kw={"rows": 4})
    agreed_times = StringField(_l("Agreed times"), [Length(max=200)],
                               render_kw={"data-optional": ""})
    length_minutes = IntegerField(_l("Agreed length in minutes"),
                                  [Optional(), NumberRange(5, 180)],
                                  render_kw={"data-optional": ""})
    worker = SelectField(_l("Named worker"), validate_choice=False)
    review_on = DateField(_l("Review on (within 90 days)"), [InputRequired()])


class MergeForm(TypedForm):
    """Another profile that is the same person."""

    part = "merge"

    reference = StringField(_l("Reference of the other profile"),
                            [InputRequired(), Length(max=12)])
    reason = StringField(_l("How do you know that it is the same person?"),
                         [InputRequired(_l("Say why.")), Length(max=400)])
