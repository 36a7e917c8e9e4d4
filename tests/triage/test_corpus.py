"""The project's own synthetic corpus: whole, consistent, varied, and free of anything real."""

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sklearn.metrics import cohen_kappa_score

from triage.vocabulary import ResponseCode

FOLDER = Path(__file__).parents[2] / "triage" / "data" / "corpus"
COLUMNS = ["id", "text", "lang", "code", "category", "kind", "pair", "label_b"]
LANGUAGES = {"yue": 800, "zh-Hans": 600, "zh-Hant": 520, "pt": 590, "en": 660}
CODES = {"A": 20, "B": 45, "C": 70, "D": 60, "E": 150, "N": 170}
KINDS = {"note", "transcript", "post", "message"}
RISK_CATEGORIES = {
    "attempt_now", "plan", "means", "recent_attempt", "active_ideation", "passive_ideation",
    "self_harm", "hopelessness", "goodbye", "violence_by_other", "threat_to_other", "child_at_risk",
}
OTHER_CATEGORIES = {
    "past", "negated", "hyperbole", "third_person", "quotation", "distress", "problem",
    "information", "small_talk", "prank",
}
# A category which says that the words are no disclosure may not carry an urgent code.
HARMLESS = OTHER_CATEGORIES - {"past", "third_person"}
NO_RISK = {"E", "N"}
# Two or more groups of figures that could be dialled, and the short numbers of help lines.
DIALLABLE = re.compile(r"\d(?:[ \-().]?\d){5,}")
HELP_LINES = re.compile(
    r"(?<!\d)(?:110|111|112|113|115|119|120|122|188|192|911|988|995|999|1388|1414|1925|1980|1995"
    r"|12320|12338|12351|12355|12356)(?!\d)"
)
CHINESE = re.compile(r"[\u3400-\u9fff]")


def bare(text: str) -> str:
    """The letters and digits of a text: two texts alike in these are one text."""
    return "".join(
        sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum()
    )


@cache
def corpus() -> tuple[dict[str, str], ...]:
    """Every row of every file, with the name of its file added."""
    rows: list[dict[str, str]] = []
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as source:
            rows.extend({**row, "file": path.name} for row in csv.DictReader(source))
    return tuple(rows)


def pairs() -> dict[str, list[dict[str, str]]]:
    """The rows of each hard pair."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in corpus():
        if row["pair"]:
            found[row["pair"]].append(row)
    return found


def share_without_risk(rows: list[dict[str, str]]) -> float:
    return sum(row["code"] in NO_RISK for row in rows) / len(rows)


def test_every_file_says_in_its_name_that_it_is_synthetic():
    names = [path.name for path in FOLDER.glob("*.csv")]
    assert names
    for name in names:
        found = re.fullmatch(r"synthetic_(.+?)_\d+\.csv", name)
        assert found, name
        assert found[1] in LANGUAGES, name


def test_every_file_has_the_same_header():
    for path in FOLDER.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as source:
            assert next(csv.reader(source)) == COLUMNS, path.name


def test_every_row_keeps_to_the_words_of_the_schema():
    codes = {code.value for code in ResponseCode} - {"U"}
    for row in corpus():
        assert row["text"].strip() == row["text"] != "", row["id"]
        assert row["code"] in codes, row["id"]
        assert row["label_b"] in codes | {""}, row["id"]
        assert row["kind"] in KINDS, row["id"]
        assert row["category"] in RISK_CATEGORIES | OTHER_CATEGORIES, row["id"]
        assert re.fullmatch(rf"{row['lang']}-\d{{4,5}}", row["id"]), row["id"]
        assert row["file"].startswith(f"synthetic_{row['lang']}_"), row["id"]


def test_no_id_is_used_twice():
    assert [name for name, times in Counter(row["id"] for row in corpus()).items() if times > 1] == []


def test_no_text_is_there_twice():
    seen: dict[str, str] = {}
    for row in corpus():
        other = seen.setdefault(bare(row["text"]), row["id"])
        assert other == row["id"], f"{row['id']} repeats {other}"


def grams(text: str) -> set[str]:
    """Every run of three signs."""
    signs = bare(text)
    return {signs[at : at + 3] for at in range(len(signs) - 2)}


def nearly_alike(texts: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Every two texts that share more than six tenths of all their runs."""
    times = Counter(run for runs in texts.values() for run in runs)
    shared_by_some = (run for run, found in times.most_common() if found > 1)
    bits = {run: 1 << place for place, run in enumerate(shared_by_some)}
    known = sorted(
        (len(runs), sum(bits.get(run, 0) for run in runs), name) for name, runs in texts.items()
    )
    # Runs as bits, and the shortest first: sets of unlike size cannot share so much.
    for at, (size, own, name) in enumerate(known):
        for larger, others, other in known[at + 1 :]:
            if size <= 0.6 * larger:
                break
            shared = (own & others).bit_count()
            if shared > 0.6 * (size + larger - shared):
                yield name, other


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_texts_are_nearly_alike_only_inside_a_pair(language):
    rows = {row["id"]: row for row in corpus() if row["lang"] == language}
    alike = nearly_alike({name: grams(row["text"]) for name, row in rows.items()})
    strangers = [
        (one, other) for one, other in alike
        if not rows[one]["pair"] or rows[one]["pair"] != rows[other]["pair"]
    ]
    assert strangers == []


def test_texts_that_are_nearly_alike_are_found():
    first = "係呀，我尋晚同老細講咗成個鐘，佢都話唔關佢事"
    texts = {"first": grams(first), "second": grams(first + "呀"), "other": grams("今日落雨，唔使返工，喺屋企瞓覺")}
    assert list(nearly_alike(texts)) == [("first", "second")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_texts_which_open_alike_are_held_together_as_a_pair(language):
    # A pair is held back as one; a twin on the other side would flatter what is measured.
    opened: dict[str, dict[str, str]] = {}
    for row in corpus():
        signs = bare(row["text"])
        opening = 12 if CHINESE.search(signs) else 24
        if row["lang"] == language and len(signs) > opening:
            first = opened.setdefault(signs[:opening], row)
            assert first is row or first["pair"] == row["pair"] != "", (first["id"], row["id"])


def test_the_corpus_is_large_enough_in_every_language():
    counts = Counter(row["lang"] for row in corpus())
    assert sum(counts.values()) >= 3200
    for language, least in LANGUAGES.items():
        assert counts[language] >= least, language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_enough_of_every_code(language):
    counts = Counter(row["code"] for row in corpus() if row["lang"] == language)
    short = {code: counts[code] for code, least in CODES.items() if counts[code] < least}
    assert not short


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_category_of_risk_and_every_kind(language):
    rows = [row for row in corpus() if row["lang"] == language]
    assert {row["category"] for row in rows} >= RISK_CATEGORIES | OTHER_CATEGORIES
    assert {row["kind"] for row in rows} == KINDS


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_than_half_of_a_language_is_without_risk(language):
    assert share_without_risk([row for row in corpus() if row["lang"] == language]) >= 0.55


def test_the_code_agrees_with_the_category():
    for row in corpus():
        if row["category"] in RISK_CATEGORIES:
            assert row["code"] not in NO_RISK, row["id"]
        if row["category"] in HARMLESS:
            assert row["code"] in NO_RISK, row["id"]
        if row["category"] == "attempt_now":
            assert row["code"] == "A", row["id"]
        if row["category"] in {"plan", "means"}:
            assert row["code"] == "B", row["id"]


def read_twice() -> list[tuple[int, int]]:
    """The rank of both codes of every text which had a second reader."""
    return [
        (ResponseCode(row["code"]).rank, ResponseCode(row["label_b"]).rank)
        for row in corpus()
        if row["label_b"]
    ]


def test_the_second_reader_was_another_and_agreed_in_the_main():
    # A copy of the first column would never differ; a reader who saw other texts always would.
    apart = [abs(first - second) for first, second in read_twice()]
    assert len(apart) >= 1790
    assert 0.02 < sum(step > 0 for step in apart) / len(apart) < 0.20
    assert sum(step > 1 for step in apart) <= 0.01 * len(apart)


def test_a_hard_pair_shares_a_language_and_differs_in_its_code():
    for name, rows in pairs().items():
        assert len(rows) >= 2, name
        # A note in Traditional Chinese and one in Cantonese may be of one hand.
        assert len({row["lang"].replace("yue", "zh-Hant") for row in rows}) == 1, name
        assert len({row["code"] for row in rows}) >= 2, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_hard_pairs_of_each_sort(language):
    sorts = Counter(
        row["category"]
        for name, rows in pairs().items()
        if name.startswith(f"{language}-pair-")
        for row in rows
    )
    for sort in ("negated", "hyperbole", "third_person", "past", "quotation"):
        assert sorts[sort] >= 1, sort


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_passages_are_there_with_and_without_risk(language):
    # A Chinese sign carries about as much as three letters.
    rows = [row for row in corpus() if row["lang"] == language]
    least = 180 if CHINESE.search(rows[0]["text"]) else 500
    long = [row for row in rows if len(row["text"]) >= least]
    assert len(long) >= 14
    assert 0.3 <= share_without_risk(long) <= 0.75


@pytest.mark.parametrize("language", LANGUAGES)
def test_length_and_kind_do_not_give_the_answer_away(language):
    rows = [row for row in corpus() if row["lang"] == language]
    for kind in KINDS:
        assert 0.3 <= share_without_risk([row for row in rows if row["kind"] == kind]) <= 0.85, kind


def test_nothing_in_it_can_be_dialled():
    for row in corpus():
        assert not DIALLABLE.search(row["text"]), row["id"]
        assert not HELP_LINES.search(row["text"]), row["id"]
        assert not re.search(r"https?:|www\.|@\w+\.", row["text"]), row["id"]


def test_the_readme_tells_the_counts_that_are_true():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for language in LANGUAGES:
        counts = Counter(row["code"] for row in corpus() if row["lang"] == language)
        cells = [language, *(str(counts[code]) for code in "ABCDEN"), str(sum(counts.values()))]
        assert f"| {' | '.join(cells)} |" in readme, cells
    assert f"{len(corpus())} texts" in readme
    assert f"{len(pairs())} hard pairs" in readme


def test_the_readme_tells_the_agreement_that_is_true():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    first, second = zip(*read_twice(), strict=True)
    risk = ResponseCode.D.rank
    told = {
        "any risk": cohen_kappa_score(
            [rank >= risk for rank in first], [rank >= risk for rank in second]
        ),
        "code": cohen_kappa_score(first, second),
        "code, weighted": cohen_kappa_score(first, second, weights="quadratic"),
    }
    for name, kappa in told.items():
        assert f"| {name} | {kappa:.2f} |" in readme, (name, kappa)
    same = sum(one == other for one, other in zip(first, second, strict=True))
    assert f"{same} of {len(first)}" in readme, same
