"""Rules of the house that a reviewer would otherwise have to remember."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("hotline", "models", "triage")
LONGEST = 330
# One catalogue by design: every enum of the house, so that nobody looks for a word in two places.
CATALOGUES = {"triage/vocabulary.py"}

# Where time and chance may come from.
SOURCES_OF_TIME = {"hotline/adapters/system.py"}
SOURCES_OF_CHANCE = {"models/identifiers.py", "hotline/adapters/system.py"}
# A simulated telephone network lives in real time; seeded chance shuffles its callbacks.
SIMULATED_WORLD = "hotline/adapters/simulat"


def _python_files(*folders: str) -> Iterator[tuple[str, Path]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield node


def test_no_file_grows_past_what_a_reader_holds() -> None:
    long = {
        name: count
        for name, path in _python_files(*PACKAGES, "tests", "benchmarks")
        if "migrations/versions" not in name
        and name not in CATALOGUES
        and (count := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_only_the_unit_of_work_commits() -> None:
    offenders = [
        f"{name}:{call.lineno}"
        for name, path in _python_files("hotline", "models")
        for call in _calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "commit"
        and name not in ("hotline/transaction.py", "hotline/upkeep.py")
    ]
    assert offenders == []


def test_time_comes_from_the_clock_port_alone() -> None:
    banned = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
    offenders = [
        f"{name}:{call.lineno}"
        for name, path in _python_files(*PACKAGES)
        if name not in SOURCES_OF_TIME and not name.startswith(SIMULATED_WORLD)
        for call in _calls(path)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id, call.func.attr) in banned
    ]
    assert offenders == []


def test_chance_comes_from_the_tokens_port_alone() -> None:
    offenders = []
    for name, path in _python_files("hotline", "models"):
        if name in SOURCES_OF_CHANCE or name.startswith(SIMULATED_WORLD):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            modules = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )
            if {"random", "secrets", "uuid"} & set(modules):
                offenders.append(f"{name}:{node.lineno}")
    assert offenders == []


def test_no_code_asks_whether_it_is_being_tested() -> None:
    offenders = [
        name
        for name, path in _python_files(*PACKAGES)
        if re.search(r"\bTESTING\b|\.testing\b|PYTEST_CURRENT", path.read_text())
    ]
    assert offenders == []


def test_rooms_hold_no_drawers_for_odds_and_ends() -> None:
    names = {"utils.py", "helpers.py", "common.py", "misc.py", "manager.py"}
    assert [name for name, path in _python_files(*PACKAGES) if path.name in names] == []


def test_a_page_that_needs_an_enum_does_not_load_a_classifier() -> None:
    code = (
        "import sys, triage.vocabulary, models.registry; "
        "sys.exit(any(m in sys.modules for m in ('sklearn', 'scipy', 'numpy', 'opencc')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_import_contracts_hold() -> None:
    tool = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def _committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_lock_files_name_no_registry() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / name).read_text()


def test_no_committed_file_names_a_path_of_one_machine() -> None:
    own = str(ROOT)
    offenders = []
    for path in _committed():
        if path.suffix in (".mo", ".png", ".skops", ".npz", ".wav", ".ico") or not path.is_file():
            continue
        text = path.read_text(errors="ignore")
        if own in text or "/root/" in text:
            offenders.append(path.relative_to(ROOT).as_posix())
    assert [name for name in offenders if name != "tests/arch/test_house_rules.py"] == []


def test_the_names_models_and_triage_belong_to_this_distribution() -> None:
    owners = importlib.metadata.packages_distributions()
    for package in PACKAGES:
        assert set(owners.get(package, ["hotline"])) == {"hotline"}, package
