"""What the settings pages share: the world, the sentences for refusals, and what changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField

from hotline.ports import Ports


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose stored value is not what the person typed."""

    label: str
    stored: str
    typed: str


def named(row: Any) -> str:
    """The name of a centre or line in the page's language; its English one where there is none."""
    return str(row.names.get(str(get_locale())) or row.name)


def ports() -> Ports:
    """The world of this application."""
    made: Ports = current_app.extensions["hotline.ports"]
    return made


def sentence(reason: str) -> str:
    """The sentence for a reason that a service gave."""
    return {
        "code_taken": _("Another centre has this code."),
        "room_taken": _("The centre has a room of this name."),
        "number_taken": _("Another line has this number."),
        "shift_times": _("A shift lasts at least a minute and at most a day."),
        "shift_people": _("Somebody here does not work at the centre of this line any more."),
        "shift_begun": _("This shift has begun. Change its people instead."),
        "username_form": _("3 to 40 small letters, digits, dots, hyphens or underscores."),
        "username_taken": _("Somebody has this sign-in name already."),
        "no_role": _("Choose at least one role."),
        "own_roles": _("Nobody changes their own roles. Ask another administrator."),
        "own_account": _("Nobody deactivates their own account. Ask another administrator."),
        "last_administrator": _("This is the last administrator. Give somebody else that role first."),
        "block_too_long": _("You may block a number for at most 72 hours. A supervisor may do so for longer."),
        "needs_supervisor": _("Only a supervisor may lift this."),
        "no_number": _("This is not a telephone number."),
    }.get(reason, _("That cannot be done."))


def differences(form: FlaskForm, stored: Mapping[str, Any]) -> list[Difference]:
    """What stands in the record now, for each field in which the person typed something else."""
    found = []
    for field in form:
        if isinstance(field, HiddenField) or field.name not in stored:
            continue
        now = stored[field.name]
        if (now or "") != (field.data or ""):
            found.append(
                Difference(str(field.label.text), _words(field, now), _words(field, field.data))
            )
    return found


def _words(field: Field, value: Any) -> str:
    if isinstance(field, BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, SelectField | SelectMultipleField):
        chosen = {str(one) for one in (value if isinstance(value, list) else [value])}
        texts = [str(choice.label) for choice in _choices(field) if str(choice.value) in chosen]
        return ", ".join(texts) or "–"
    return str(value) if value not in (None, "") else "–"


def _choices(field: SelectField | SelectMultipleField) -> list[Any]:
    listed = field.choices
    return list(listed) if isinstance(listed, list) else []
