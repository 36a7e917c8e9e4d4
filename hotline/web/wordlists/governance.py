"""Words for the care of the classifier: models, gates, judgements beside a suggestion."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _lp

from triage.vocabulary import GateResult, LabelKind, ModelOrigin, ModelStatus

MODEL_STATUS = {
    ModelStatus.ACTIVE: _lp("model", "In use"),
    ModelStatus.SHADOW: _lp("model", "In shadow"),
    ModelStatus.RETIRED: _lp("model", "Not in use"),
}

MODEL_ORIGIN = {
    ModelOrigin.SHIPPED: _lp("model", "Came with the program"),
    ModelOrigin.RETRAINED: _lp("model", "Trained here"),
}

GATE_RESULT = {
    GateResult.PASSED: _lp("gate", "Passed"),
    GateResult.FAILED: _lp("gate", "Failed"),
    GateResult.TOO_FEW: _lp("gate", "Too few contacts yet"),
}

LABEL_KIND = {
    LabelKind.AGREED: _lp("label", "Same code"),
    LabelKind.PERSON_HIGHER: _lp("label", "The person rated higher"),
    LabelKind.MACHINE_HIGHER: _lp("label", "The suggestion was higher"),
    LabelKind.RAISED: _lp("label", "Reviewed: code raised"),
    LabelKind.KEPT: _lp("label", "Reviewed: code kept"),
    LabelKind.LOWERED: _lp("label", "Lowered with a reason"),
}
