"""What risk a contact shows: `assess` weighs the questions, the person, the phrases, the model."""

from __future__ import annotations

from triage.assessment import Assessment, Change, Facts, Policy

__all__ = ["Assessment", "Change", "Facts", "Policy"]
