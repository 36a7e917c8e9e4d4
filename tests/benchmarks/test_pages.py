"""The measure of pages: a small run tells a line a page, and no page asks more of a larger archive."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import archives, pages

LINE = re.compile(
    r"^(?P<database>sqlite|postgresql) +(?P<name>.+?) +1000: p50 +[\d.]+ ms p95 +[\d.]+ ms +"
    r"(?P<few>\d+) queries \| 5000: p50 +[\d.]+ ms p95 +[\d.]+ ms +(?P<many>\d+) queries \| "
    r"ratio (?P<ratio>\d+\.\d\d)$"
)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_page_asks_no_more_questions_of_a_larger_archive(
    database: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--sizes", "1000,5000", "--times", "1", "--databases", database,
             "--folder", str(tmp_path)]
    server = ""
    if database == "postgresql":
        server = request.getfixturevalue("postgres_url")
        given += ["--postgres", server]
    try:
        pages.main(given)
    finally:
        if server:
            for calls in (1000, 5000):
                archives.forget(tmp_path, server, database, calls)
    told = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("written")]
    found = [LINE.match(line) for line in told]
    assert len(told) > 50
    assert None not in found, [line for line, match in zip(told, found, strict=True) if not match]
    more = {
        match["name"]: (match["few"], match["many"])
        for match in found if match and match["few"] != match["many"]
    }
    assert more == {}


def test_a_line_ends_in_the_ratio_of_the_medians() -> None:
    quick, slow = [(0.010, 4), (0.011, 4), (0.012, 4)], [(0.020, 4), (0.022, 4), (0.500, 4)]
    line = pages.line("sqlite", "queue", [1000, 5000], [quick, slow])
    assert line.endswith("ratio 2.00")
    match = LINE.match(line)
    assert match is not None
    assert (match["name"], match["few"], match["many"]) == ("queue", "4", "4")
