"""Words of the practice pages that belong to no other room."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _lp

from hotline.practice.scenario import ScenarioKind

KINDS = {
    ScenarioKind.INFORMATION: _lp("practice", "Asks for information"),
    ScenarioKind.DISTRESSED: _lp("practice", "In distress"),
    ScenarioKind.SILENT: _lp("practice", "Says nothing at first"),
    ScenarioKind.ABUSIVE: _lp("practice", "Abusive"),
    ScenarioKind.THIRD_PARTY: _lp("practice", "Worried about somebody else"),
    ScenarioKind.PLAN: _lp("practice", "Has a plan"),
    ScenarioKind.ACTING: _lp("practice", "Is acting now"),
}
