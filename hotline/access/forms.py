"""Forms of one's own account and of the pages before signing in."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.i18n import translations as page_translations
from wtforms import Field, PasswordField, SelectField, StringField, TelField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, Length

from hotline.access.identity import full_number
from hotline.access.passwords import problems_with
from hotline.web.languages import OFFERED

# WTForms names its Chinese catalogues by place; asked for zh_Hant it would answer in Simplified.
_CATALOGUES = {"zh_Hant": "zh_TW", "zh_Hans": "zh", "pt": "pt"}


class HouseForm(FlaskForm):
    """A form whose library messages come out in the page's language and script."""

    class Meta(FlaskForm.Meta):
        """Where the messages of WTForms are looked up."""

        def get_translations(self, form: FlaskForm) -> Any:  # noqa: ARG002 - the library's signature
            """The catalogue of the page's language."""
            name = _CATALOGUES.get(str(get_locale()))
            return page_translations if name is None else get_translations([name])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]

    def validate(self, extra_validators: Any = None) -> bool:
        """True when nothing is wrong with what was typed."""
        return bool(super().validate(extra_validators))  # type: ignore[no-untyped-call]

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """True when the form was sent and nothing is wrong with it."""
        return bool(super().validate_on_submit(extra_validators))  # type: ignore[no-untyped-call]


class Telephone:
    """Takes a telephone number in any usual spelling and keeps it in E.164."""

    def __call__(self, form: FlaskForm, field: Any) -> None:  # noqa: ARG002 - the library's signature
        """Raise ValidationError for something that is no number."""
        if not field.data:
            field.data = None
            return
        number = full_number(field.data)
        if number is None:
            raise ValidationError(_("This is not a telephone number. Write it with its country code, such as +853."))
        field.data = number


def complain(field: Field, text: str) -> None:
    """Say that something is wrong with a field, found only after the form was read."""
    field.errors = [text]  # type: ignore[assignment]


def trimmed(text: str | None) -> str | None:
    """What was typed, without blanks around it."""
    return None if text is None else text.strip()


class CodeForm(HouseForm):
    """The printed code."""

    code = StringField(
        _l("Code from the slip"),
        validators=[InputRequired(_l("Type the code that is printed on the slip.")), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
        filters=[trimmed],
    )


class NewPasswordForm(HouseForm):
    """A new password, typed twice."""

    password = PasswordField(
        _l("New password"), validators=[InputRequired(_l("Choose a password.")), Length(max=200)],
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        _l("The same password again"), validators=[InputRequired(_l("Type the password again."))],
        render_kw={"autocomplete": "new-password"},
    )
    username = ""

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what is guessed first."""
        wrong = problems_with(field.data or "", self.username)
        if wrong:
            raise ValidationError(" ".join(wrong))

    def validate_repeated(self, field: PasswordField) -> None:
        """Refuse a slip of the finger."""
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords differ."))


class ChangePasswordForm(NewPasswordForm):
    """The present password, then a new one."""

    current = PasswordField(
        _l("Present password"), validators=[InputRequired(_l("Type your present password."))],
        render_kw={"autocomplete": "current-password"},
    )


class PasswordForm(HouseForm):
    """The password alone: a proof of identity."""

    password = PasswordField(
        _l("Password"), validators=[InputRequired(_l("Type your password."))],
        render_kw={"autocomplete": "current-password"},
    )


class DetailsForm(HouseForm):
    """What people change of themselves."""

    name = StringField(
        _l("Name that colleagues see"), filters=[trimmed],
        validators=[InputRequired(_l("Colleagues need a name for you.")), Length(max=80)],
        render_kw={"autocomplete": "name"},
    )
    locale = SelectField(
        _l("Language of pages"), choices=[SelectChoice(code, word) for code, word in OFFERED.items()]
    )
    phone = TelField(
        _l("Telephone that rings when you are on duty"), filters=[trimmed],
        validators=[Length(max=40), Telephone()],
        render_kw={"autocomplete": "tel", "data-optional": ""},
    )


class AppCodeForm(HouseForm):
    """A code from the authenticator app."""

    code = StringField(
        _l("Six digits from the app"), filters=[lambda text: (text or "").replace(" ", "")],
        validators=[InputRequired(_l("Type the six digits the app shows.")), Length(max=12)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )
