"""What the form macros need to know of a WTForms field: which kind it is, its errors, its attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel.speaklater import LazyString
from wtforms import Field, FieldList, Form, FormField, RadioField, SelectMultipleField
from wtforms.widgets import CheckboxInput


def is_choice_group(field: Field) -> bool:
    """True for a field drawn as a group of radios or checkboxes."""
    if isinstance(field, RadioField):
        return True
    return isinstance(field, SelectMultipleField) and isinstance(field.option_widget, CheckboxInput)


def control_attributes(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a control: later layers win, empty ones vanish.

    `aria_describedby` is joined instead of replaced, so that a page may add a description without
    losing the hint and the error.
    """
    merged: dict[str, Any] = {}
    described: list[str] = []
    for layer in layers:
        for name, value in layer.items():
            if value is None or value == "" or value is False:
                continue
            if name == "aria_describedby":
                described.append(str(value))
            else:
                merged[name] = value
    if described:
        merged["aria_describedby"] = " ".join(described)
    return merged


def flat_errors(errors: Any) -> list[str]:
    """The messages of a field as a flat list, whatever nesting a form or a list of fields gave them."""
    if isinstance(errors, Mapping):
        return [text for inner in errors.values() for text in flat_errors(inner)]
    # A sentence that is translated late can be walked letter by letter, like any string.
    if isinstance(errors, Iterable) and not isinstance(errors, str | LazyString):
        return [text for inner in errors for text in flat_errors(inner)]
    return [str(errors)] if errors else []


def _field_errors(field: Field) -> list[tuple[str | None, str, str]]:
    if isinstance(field, FormField):
        return form_errors(field.form)
    if isinstance(field, FieldList):
        found = [error for entry in field.entries for error in _field_errors(entry)]
        return found or [(field.id, str(field.label.text), text) for text in flat_errors(field.errors)]
    return [(field.id, str(field.label.text), text) for text in flat_errors(field.errors)]


def form_errors(form: Form) -> list[tuple[str | None, str, str]]:
    """Everything wrong in a form: (id of the control or None, its label, the message)."""
    found: list[tuple[str | None, str, str]] = [
        (None, "", text) for text in flat_errors(form.form_errors)
    ]
    for field in form:
        found += _field_errors(field)
    return found
