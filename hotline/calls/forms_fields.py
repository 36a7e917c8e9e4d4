"""Fields the room's forms are made of: choices out of the vocabulary that may stay empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from hotline.web.words import choices, word

_Member = TypeVar("_Member", bound=StrEnum)

UNKNOWN_CHOICE = _l("This is not one of the choices.")


class OneOf(RadioField):
    """One member of an enum as radio buttons, or none."""

    def __init__(
        self,
        label: object = None,
        *,
        kind: type[StrEnum],
        members: Iterable[StrEnum] | None = None,
        naming: Callable[[StrEnum], LazyString | str] = word,
        **options: Any,
    ) -> None:
        offered = list(members or kind)
        super().__init__(label, choices=choices(offered, label=naming), **options)  # type: ignore[no-untyped-call]
        self._members = {one.value: one for one in offered}

    def pre_validate(self, _form: object) -> None:
        """Accept nothing chosen; refuse what was not offered."""
        if any(self.raw_data or []) and self.data not in self._members:
            raise ValidationError(str(UNKNOWN_CHOICE))

    def member(self, kind: type[_Member]) -> _Member | None:
        """The chosen member, None while nothing is chosen."""
        return kind(self.data) if self.data in self._members else None


class OneListed(SelectField):
    """One member of an enum from a list, or none: the empty choice comes first."""

    def __init__(
        self, label: object = None, *, kind: type[StrEnum], blank: LazyString, **options: Any
    ) -> None:
        super().__init__(label, choices=choices(kind, blank=blank), **options)  # type: ignore[no-untyped-call]
        self._values = {one.value for one in kind}

    def pre_validate(self, _form: object) -> None:
        """Accept nothing chosen; refuse what was not offered."""
        if self.data and self.data not in self._values:
            raise ValidationError(str(UNKNOWN_CHOICE))

    def member(self, kind: type[_Member]) -> _Member | None:
        """The chosen member, None while nothing is chosen."""
        return kind(self.data) if self.data in self._values else None


class Several(SelectMultipleField):
    """Any number of choices as checkboxes."""

    widget: Any = ListWidget(prefix_label=False)
    option_widget: Any = CheckboxInput()

    def __init__(self, label: object = None, **options: Any) -> None:
        super().__init__(label, **options)  # type: ignore[no-untyped-call]

    def pre_validate(self, _form: object) -> None:
        """Refuse what was not offered."""
        offered = {choice[0] for choice in self.iter_choices()}  # type: ignore[no-untyped-call]
        if not set(self.data or []) <= offered:
            raise ValidationError(str(UNKNOWN_CHOICE))


class ClockField(StringField):
    """A time of day as minutes after midnight in `minutes`; what was typed stays as it was."""

    def __init__(self, label: object = None, **options: Any) -> None:
        super().__init__(label, **options)  # type: ignore[no-untyped-call]

    @property
    def minutes(self) -> int | None:
        """Minutes after midnight, None where empty or no time."""
        hours, _, rest = (self.data or "").strip().partition(":")
        if not (hours.isascii() and hours.isdigit() and rest.isascii() and rest.isdigit()):
            return None
        total = int(hours) * 60 + int(rest) if len(hours) <= 2 and len(rest) <= 2 else -1
        return total if 0 <= total <= 24 * 60 and int(rest) < 60 else None

    def pre_validate(self, _form: object) -> None:
        """Refuse what is no time of day."""
        if (self.data or "").strip() and self.minutes is None:
            raise ValidationError(str(_l("Write a time such as 18:30.")))
