"""The catalogues: compiled as they are written, places filled alike, and nothing in the wrong script."""

from __future__ import annotations

import io
import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

from hotline.translations import refresh
from hotline.web.languages import OFFERED

LOCALES = [locale for locale in OFFERED if locale != "en"]
PLACE = re.compile(r"%\(\w+\)\d*[sd]|\{\w+\}")


def _entries(compiled: bytes) -> dict[tuple[object, str], object]:
    """What a compiled catalogue says, without its header (which names the version of Babel)."""
    return {(message.context, str(message.id)): message.string for message in read_mo(io.BytesIO(compiled))
            if message.id}


def _texts(catalogue: Catalog) -> list[tuple[str, str]]:
    """Every (English, translation) pair; each plural form with the English plural."""
    pairs: list[tuple[str, str]] = []
    for message in catalogue:
        if not message.id:
            continue
        if isinstance(message.id, tuple):
            pairs += [(message.id[1], form) for form in message.string]
        else:
            pairs.append((message.id, str(message.string)))
    return pairs


@pytest.mark.parametrize("locale", LOCALES)
def test_the_compiled_catalogue_is_that_of_the_written_one(locale: str) -> None:
    committed = refresh.catalogue_path(locale).with_suffix(".mo").read_bytes()
    assert _entries(committed) == _entries(refresh.compiled(locale))


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_of_the_tree_is_in_the_catalogue_and_no_other(locale: str) -> None:
    marked = {(message.context, str(message.id)) for message in refresh.collected() if message.id}
    written = {(message.context, str(message.id)) for message in refresh.read(locale) if message.id}
    assert marked - written == set(), "run python -m hotline.translations.refresh"
    assert written - marked == set(), "run python -m hotline.translations.refresh"


def test_traditional_chinese_is_complete() -> None:
    lacking = [message.id for message in refresh.read("zh_Hant") if not refresh.is_translated(message)]
    assert lacking == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_fills_the_same_places(locale: str) -> None:
    wrong = [
        english
        for english, text in _texts(refresh.read(locale))
        if text and sorted(PLACE.findall(english)) != sorted(PLACE.findall(text))
        and not (text.count("%(num)") == 0 and "%(num)" in english)
    ]
    assert wrong == []


def test_no_translation_is_in_the_other_script() -> None:
    traditional_only, simplified_only = "個時後電話開關級員應與無發經為說這還來對過義務時輔導", "个时后电话开关级员应与无发经为说这还来对过义务时辅导"
    pairs = [(t, s) for t, s in zip(traditional_only, simplified_only, strict=True) if t != s]
    for _english, text in _texts(refresh.read("zh_Hant")):
        assert not any(simplified in text for _t, simplified in pairs), text
    for _english, text in _texts(refresh.read("zh_Hans")):
        assert not any(traditional in text for traditional, _s in pairs), text


def test_the_mainland_words_are_not_those_of_macau() -> None:
    macau, mainland = refresh.read("zh_Hant"), refresh.read("zh_Hans")
    for english, hant, hans in (
        ("Volunteer", "義工", "志愿者"), ("Counsellor", "輔導員", "心理咨询师"),
    ):
        assert macau.get(english).string == hant
        assert mainland.get(english).string == hans


HALF_WIDTH = re.compile(r"[\u3400-\u9fff][,:;?!(]|[,:;)][\u3400-\u9fff]")


@pytest.mark.parametrize("locale", ["zh_Hant", "zh_Hans"])
def test_chinese_is_written_with_its_own_punctuation(locale: str) -> None:
    narrow = [text for _english, text in _texts(refresh.read(locale)) if HALF_WIDTH.search(text)]
    assert narrow == []
