"""The use cases of calls and contact reports, under the names other rooms know them by."""

from __future__ import annotations

from hotline.calls.byhand import ByHand, OutOfTime, log_by_hand
from hotline.calls.contents import ReportValues
from hotline.calls.desk import Unlogged, unlogged
from hotline.calls.drafts import Saved, being_written, open_report, save_draft
from hotline.calls.reading import get_call, get_report, reveal_number
from hotline.calls.submitting import (
    AlreadyHandedIn,
    LowerThanBefore,
    Submitted,
    raise_code,
    submit,
)

__all__ = [
    "AlreadyHandedIn", "ByHand", "LowerThanBefore", "OutOfTime", "ReportValues", "Saved",
    "Submitted", "Unlogged", "being_written", "get_call", "get_report", "log_by_hand", "open_report",
    "raise_code", "reveal_number", "save_draft", "submit", "unlogged",
]
