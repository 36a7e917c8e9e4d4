"""Reports read models alone: no other room's rules, so that a figure is what the records say."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOM = ROOT / "hotline" / "reports"

FIGURES = ("models.", "triage.vocabulary", "hotline.access.policy", "hotline.reports.")
"""What the modules that count may know of the house."""

PAGES = (*FIGURES, "hotline.access.audit", "hotline.ports", "hotline.transaction", "hotline.web.")
OF_THE_WEB = {"views.py", "forms.py", "wording.py"}


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


def test_reports_read_models_alone() -> None:
    modules = sorted(ROOM.glob("*.py"))
    assert len(modules) > 5
    wrong = {}
    for path in modules:
        web = path.name in OF_THE_WEB
        allowed = PAGES if web else FIGURES
        house = {name for name in _imported(path) if name.split(".")[0] in ("hotline", "models", "triage")}
        outside = {name for name in _imported(path) if name.split(".")[0].startswith(("flask", "wtforms"))}
        bad = {name for name in house if not name.startswith(allowed)} | (set() if web else outside)
        if bad:
            wrong[path.name] = sorted(bad)
    assert wrong == {}


def test_no_other_room_reads_the_reports() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "hotline").rglob("*.py")
        if ROOM not in path.parents
        and any(name.startswith("hotline.reports") for name in _imported(path))
    ]
    assert readers == ["hotline/app.py"]
