"""The catalogues: compiled as they are written, places filled alike, and nothing in the wrong script."""

from __future__ import annotations

import io
import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from hotline.web.languages import OFFERED
from hotline.web.paths import static_root

TRANSLATIONS = static_root().parent / "translations"
LOCALES = [locale for locale in OFFERED if locale != "en"]
PLACE = re.compile(r"%\(\w+\)\d*[sd]|\{\w+\}")


def _catalogue(locale: str) -> Catalog:
    path = TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=locale)


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
    compiled = io.BytesIO()
    write_mo(compiled, _catalogue(locale))
    assert (TRANSLATIONS / locale / "LC_MESSAGES" / "messages.mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_fills_the_same_places(locale: str) -> None:
    wrong = [
        english
        for english, text in _texts(_catalogue(locale))
        if text and sorted(PLACE.findall(english)) != sorted(PLACE.findall(text))
        and not (text.count("%(num)") == 0 and "%(num)" in english)
    ]
    assert wrong == []


def test_no_translation_is_in_the_other_script() -> None:
    traditional_only, simplified_only = "個時後電話開關級員應與無發經為說這還來對過義務時輔導", "个时后电话开关级员应与无发经为说这还来对过义务时辅导"
    pairs = [(t, s) for t, s in zip(traditional_only, simplified_only, strict=True) if t != s]
    for _english, text in _texts(_catalogue("zh_Hant")):
        assert not any(simplified in text for _t, simplified in pairs), text
    for _english, text in _texts(_catalogue("zh_Hans")):
        assert not any(traditional in text for traditional, _s in pairs), text


def test_the_mainland_words_are_not_those_of_macau() -> None:
    macau, mainland = _catalogue("zh_Hant"), _catalogue("zh_Hans")
    for english, hant, hans in (
        ("Volunteer", "義工", "志愿者"), ("Counsellor", "輔導員", "心理咨询师"),
    ):
        assert macau.get(english).string == hant
        assert mainland.get(english).string == hans
