"""The page on safety names tests that exist, and leaves no hazard without one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "safety.md"
NAMED = re.compile(r"`([a-z_]+/test_[a-z_]+\.py)::(test_[a-z0-9_]+)`")


def test_every_test_named_there_exists() -> None:
    missing = []
    for file, name in NAMED.findall(PAGE.read_text(encoding="utf-8")):
        path = ROOT / "tests" / file
        if not path.is_file() or f"\ndef {name}(" not in path.read_text(encoding="utf-8"):
            missing.append(f"{file}::{name}")
    assert missing == []


def test_every_hazard_has_a_control_and_a_test() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("|") and not line.startswith(("|---", "| hazard"))
    ]
    assert len(rows) > 40
    bare = [row[0] for row in rows if len(row) != 3 or not row[1] or not NAMED.search(row[2])]
    assert bare == []
