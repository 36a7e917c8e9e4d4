"""Every entry of the lexicon finds its own examples and leaves its counter-examples alone."""

from __future__ import annotations

import pytest

from triage.lexicon import Entry, problem_lexicon, risk_lexicon
from triage.phrases import MASKING, read

ENTRIES = risk_lexicon().entries
PROBLEMS = problem_lexicon().entries


def rule_id(entry: Entry) -> str:
    return entry.rule_id


@pytest.mark.parametrize("entry", ENTRIES, ids=rule_id)
def test_an_entry_finds_its_examples(entry: Entry) -> None:
    assert entry.fires
    for sentence in entry.fires:
        hits = [hit for hit in read(sentence).hits if hit.rule_id == entry.rule_id]
        assert hits, sentence
        if entry.code is not None:
            assert any(hit.code is not None for hit in hits), sentence


@pytest.mark.parametrize("entry", ENTRIES, ids=rule_id)
def test_an_entry_leaves_its_counter_examples_alone(entry: Entry) -> None:
    assert entry.quiet
    for sentence in entry.quiet:
        for hit in read(sentence).hits:
            if hit.rule_id == entry.rule_id:
                assert hit.code is None, sentence
                assert hit.category not in MASKING, sentence


@pytest.mark.parametrize("entry", PROBLEMS, ids=rule_id)
def test_a_problem_is_suggested_by_its_words_and_is_no_risk(entry: Entry) -> None:
    for sentence in entry.fires:
        assert entry.problem in read(sentence).problems, sentence
    for sentence in entry.quiet:
        assert entry.problem not in read(sentence).problems, sentence


def test_rule_ids_are_unique_and_every_entry_names_its_source() -> None:
    ids = [entry.rule_id for entry in (*ENTRIES, *PROBLEMS)]
    assert len(ids) == len(set(ids))
    assert all(entry.source.startswith("Idea: ") for entry in (*ENTRIES, *PROBLEMS))
