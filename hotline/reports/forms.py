"""What is asked of the reports; sent by GET, so that a report is an address."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, ValidationError
from wtforms.validators import InputRequired

from hotline.reports.periods import LONGEST, Period
from hotline.web.forms import PageForm


class AskForm(PageForm):
    """The period, the centre, the line, and for whom it is."""

    first = DateField(_l("From"), validators=[InputRequired()])
    last = DateField(_l("Until, this day included"), validators=[InputRequired()])
    centre = SelectField(_l("Centre"))
    line = SelectField(_l("Line"))
    outside = BooleanField(_l("A copy for others outside"))

    def validate_last(self, field: DateField) -> None:
        """A period ends no earlier than it begins, and is three years long at most."""
        if field.data is None or self.first.data is None:
            return
        if field.data < self.first.data:
            raise ValidationError(_("The period would end before it begins."))
        if field.data - self.first.data > LONGEST:
            raise ValidationError(_("Three years at most."))

    def validate_outside(self, field: BooleanField) -> None:
        """What goes out is cut in one way alone: finer cuts could be set against each other."""
        if not field.data or self.first.data is None or self.last.data is None:
            return
        if not Period(self.first.data, self.last.data).whole_months:
            raise ValidationError(_("A copy for others outside covers whole months."))
        if self.line.data or self.centre.data:
            raise ValidationError(_("A copy for others outside covers every centre and every line."))
