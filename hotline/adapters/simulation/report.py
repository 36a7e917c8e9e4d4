"""What a run amounted to, for each caller and in all, and whether it is what was expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hotline.adapters.simulation.core import Core
from hotline.adapters.simulation.legs import Leg
from hotline.adapters.simulation.scenario import Expected

COUNTED = ("bridged", "voicemail", "ended", "hung_up", "dropped")


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile, 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def outcome(leg: Leg) -> str:
    """How a caller's call went, as the caller would tell it."""
    record = leg.record
    if record.dropped:
        return "dropped"
    if record.bridged_with:
        return "bridged"
    if record.voicemail_seconds:
        return "voicemail"
    if record.ended_by == "itself":
        return "hung_up"
    return "ended"


def of_leg(leg: Leg) -> dict[str, Any]:
    """One caller's or telephone's story."""
    record = leg.record
    return {
        "who": leg.label,
        "call": leg.sid,
        "direction": leg.direction,
        "outcome": outcome(leg),
        "status": leg.status,
        "ended_by": record.ended_by,
        "seconds": leg.duration,
        "heard": list(record.heard),
        "bridged_with": list(record.bridged_with),
        "voicemail_seconds": record.voicemail_seconds,
        "webhook_p50_ms": round(percentile(record.seconds, 0.5) * 1000, 1),
        "webhook_p95_ms": round(percentile(record.seconds, 0.95) * 1000, 1),
    }


def summary(core: Core) -> dict[str, Any]:
    """Counts over the callers, latencies over all webhooks, every call's story."""
    legs = list(core.legs.values())
    callers = [leg for leg in legs if leg.direction == "inbound"]
    counts = Counter(outcome(leg) for leg in callers)
    return {
        "event": "summary",
        "callers": len(callers),
        **{name: counts[name] for name in COUNTED},
        "invalid_documents": len(core.problems),
        "problems": sorted(set(core.problems)),
        "webhooks": len(core.latencies),
        "webhook_p50_ms": round(percentile(core.latencies, 0.5) * 1000, 1),
        "webhook_p95_ms": round(percentile(core.latencies, 0.95) * 1000, 1),
        "webhook_p99_ms": round(percentile(core.latencies, 0.99) * 1000, 1),
        "slowest_webhook_ms": round(max(core.latencies, default=0.0) * 1000, 1),
        "calls": [of_leg(leg) for leg in legs],
    }


def failures(found: dict[str, Any], expected: Expected) -> list[str]:
    """What is not as the scenario expects, one sentence each."""
    wrong = []
    for name in (*COUNTED, "invalid_documents"):
        wanted = getattr(expected, name)
        if wanted is not None and found[name] != wanted:
            wrong.append(f"{name}: expected {wanted}, was {found[name]}")
    slowest = expected.slowest_webhook
    if slowest is not None and found["slowest_webhook_ms"] > slowest * 1000:
        wrong.append(f"slowest webhook: {found['slowest_webhook_ms']} ms")
    stories = {call["who"]: call for call in found["calls"]}
    for who, wanted in expected.callers.items():
        story = stories.get(who)
        if story is None:
            wrong.append(f"{who} never rang")
            continue
        for name, value in wanted.items():
            if name == "heard":
                words = "\n".join(story["heard"])
                wrong += [f"{who} did not hear {v!r}" for v in value if v not in words]
            elif story.get(name) != value:
                wrong.append(f"{who}: {name} expected {value!r}, was {story.get(name)!r}")
    return wrong
