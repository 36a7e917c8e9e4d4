"""Form of a series of calls."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from hotline.followups.call_plans import LONGEST_SERIES, MOST_CALLS, CadenceValues
from hotline.followups.typed import TypedForm
from models.contact_plans import Cadence

LOCALES = (("zh_Hant", "name_zh_hant"), ("zh_Hans", "name_zh_hans"), ("pt", "name_pt"))
OPTIONAL = {"data-optional": ""}


class SeriesForm(TypedForm):
    """A series: its names, and the days after the start on which somebody is called."""

    part = "series"

    name = StringField(_l("Name"), [InputRequired(_l("Give the series a name.")), Length(max=80)])
    name_zh_hant = StringField(_l("Name in Traditional Chinese"), [Length(max=80)], render_kw=OPTIONAL)
    name_zh_hans = StringField(_l("Name in Simplified Chinese"), [Length(max=80)], render_kw=OPTIONAL)
    name_pt = StringField(_l("Name in Portuguese"), [Length(max=80)], render_kw=OPTIONAL)
    days = StringField(_l("Days after the first contact"),
                       [InputRequired(_l("Give at least one day.")), Length(max=200)])
    active = BooleanField(_l("May be chosen for cases"), default=True)
    version = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check that the days are whole numbers in reach."""
        valid = bool(super().validate(extra_validators))  # type: ignore[no-untyped-call]
        if self.days.data and not self.typed_days():
            self.days.errors = (*self.days.errors, _(
                "Whole days from 1 to %(last)s, at most %(most)s of them, with commas between.",
                last=LONGEST_SERIES, most=MOST_CALLS,
            ))  # fmt: skip
            return False
        return valid

    def typed_days(self) -> list[int]:
        """The days as they were typed, ascending; empty when something else stands there."""
        words = (self.days.data or "").replace("，", ",").replace("、", ",").replace(";", ",")
        parts = [part.strip() for part in words.split(",") if part.strip()]
        if not parts or len(parts) > MOST_CALLS or not all(
            part.isascii() and part.isdigit() and 1 <= int(part) <= LONGEST_SERIES for part in parts
        ):
            return []
        return sorted({int(part) for part in parts})

    def values(self) -> CadenceValues:
        """What a valid form says."""
        seen = self.version.data or ""
        return CadenceValues(
            name=self.name.data or "", days=self.typed_days(), active=bool(self.active.data),
            names={locale: text for locale, field in LOCALES
                   if (text := (self[field].data or "").strip())},
            version=int(seen) if seen.isdigit() else None,
        )


def stored(row: Cadence) -> dict[str, Any]:
    """What the form shows of a saved series."""
    return {
        "name": row.name, "days": ", ".join(str(day) for day in row.days), "active": row.active,
        "version": str(row.version),
        **{field: row.names.get(locale, "") for locale, field in LOCALES},
    }
