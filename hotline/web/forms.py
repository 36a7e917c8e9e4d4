"""What the forms of several rooms have in common."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm


class PageForm(FlaskForm):
    """A form whose token the application itself checks before any view."""

    class Meta:
        """The application's own check stands before every form."""

        csrf = False

    def __init__(self, *given: Any, **values: Any) -> None:
        super().__init__(*given, **values)  # type: ignore[no-untyped-call]

    def validate(self, extra_validators: Any = None) -> bool:
        """True when everything sent is possible; the errors stand at the fields."""
        return bool(super().validate(extra_validators))  # type: ignore[no-untyped-call]
