"""Forms for people, printed codes, numbers and the audit log."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from hotline.access.forms import HouseForm, Telephone, trimmed
from hotline.settings.forms_fields import Several
from hotline.settings.pages import named
from hotline.web.languages import OFFERED
from hotline.web.words import choices
from triage.vocabulary import CodePurpose, Language, Role, Sex

HOURS = ((4, _l("4 hours")), (24, _l("24 hours")), (72, _l("72 hours")), (720, _l("30 days")))


class PersonForm(HouseForm):
    """Somebody who works here."""

    name = StringField(_l("Name that colleagues see"), filters=[trimmed],
                       validators=[InputRequired(_l("A name is needed.")), Length(max=80)],
                       render_kw={"autocomplete": "off"})
    username = StringField(
        _l("Sign-in name"), filters=[lambda text: (text or "").strip().lower()],
        validators=[
            InputRequired(_l("A sign-in name is needed.")),
            Regexp(r"^[a-z0-9][a-z0-9._-]{2,39}$",
                   message=_l("3 to 40 small letters, digits, dots, hyphens or underscores.")),
        ],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    roles = Several(_l("Roles"), choices=choices(Role))
    centres = Several(_l("Works at"))
    spoken = Several(_l("Speaks on the telephone"), choices=choices(Language))
    locale = SelectField(
        _l("Language of pages"), choices=[SelectChoice(code, text) for code, text in OFFERED.items()],
        default="zh_Hant",
    )
    phone = TelField(_l("Telephone that rings on duty"), filters=[trimmed],
                     validators=[Length(max=40), Telephone()], render_kw={"data-optional": ""})
    skills = StringField(_l("Special skills, with commas between"), filters=[trimmed],
                         validators=[Length(max=300)], render_kw={"data-optional": ""})
    sex = SelectField(_l("Woman or man, for callers who ask"),
                      choices=choices((Sex.FEMALE, Sex.MALE), blank=_l("Not said")))
    max_cases = IntegerField(_l("Most open cases at a time"), default=20,
                             validators=[NumberRange(0, 500)])
    in_training = BooleanField(_l("In training: works with somebody beside them"))
    away_until = DateField(_l("Away until"), validators=[Optional()], render_kw={"data-optional": ""})
    version = HiddenField()

    def validate_roles(self, field: Several) -> None:
        """Nobody without a role could do anything."""
        if not field.data:
            raise ValidationError(_("Choose at least one role."))

    def skill_list(self) -> tuple[str, ...]:
        """The skills, one by one."""
        typed = (self.skills.data or "").replace("，", ",").split(",")
        return tuple(part.strip() for part in typed if part.strip())

    def seen(self) -> int | None:
        """The version the person had before them."""
        return int(self.version.data) if (self.version.data or "").isdigit() else None


class CodeRequestForm(HouseForm):
    """A printed code for somebody, after their identity was checked."""

    purpose = SelectField(_l("What is it for?"), choices=choices(CodePurpose))
    checked = TextAreaField(
        _l("How did you make sure who is asking?"), filters=[trimmed],
        validators=[InputRequired(_l("Say how you checked, such as “came in person, staff card seen”.")),
                    Length(max=300)],
        render_kw={"rows": 2},
    )


class NumberForm(HouseForm):
    """A number to be blocked for a time, or never to be contacted again."""

    number = TelField(_l("Telephone number"), filters=[trimmed],
                      validators=[InputRequired(_l("A number is needed.")), Telephone()],
                      render_kw={"autocomplete": "off"})
    what = SelectField(_l("What is to be done?"), choices=[
        SelectChoice("no_contact", _l("Never ring or write to it")),  # type: ignore[arg-type]
        SelectChoice("block", _l("Take no calls from it for a time")),  # type: ignore[arg-type]
    ])
    hours = SelectField(_l("For how long (blocks only)"),
                        choices=[SelectChoice(str(hours), text) for hours, text in HOURS])  # type: ignore[arg-type]
    reason = TextAreaField(
        _l("Why"), filters=[trimmed],
        validators=[InputRequired(_l("A reason is needed.")), Length(max=300)], render_kw={"rows": 2},
    )


class AuditFilter(HouseForm):
    """What the audit log is searched by; sent by GET."""

    class Meta(HouseForm.Meta):
        """A search changes nothing and needs no token."""

        csrf = False

    person = SelectField(_l("Who"), default="")
    act = SelectField(_l("What"), default="")
    reference = StringField(_l("Record (reference)"), filters=[trimmed],
                            validators=[Length(max=12)], render_kw={"data-optional": ""})
    since = DateField(_l("From"), validators=[Optional()], render_kw={"data-optional": ""})
    until = DateField(_l("To"), validators=[Optional()], render_kw={"data-optional": ""})


def public_choices(rows: Any) -> list[SelectChoice]:
    """Rows with a public id and a name as choices."""
    return [SelectChoice(row.public_id, named(row)) for row in rows]
