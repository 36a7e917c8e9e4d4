"""Templates parse, carry no inline script or style, and say nothing untranslated to a screen reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted(
    path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.html")
)

INLINE_HANDLER = re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE)
INLINE_STYLE = re.compile(r"\sstyle\s*=\s*[\"']", re.IGNORECASE)
SCRIPT_WITHOUT_SOURCE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE
)
OUTSIDE = re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_parses(app: Flask, name: str) -> None:
    assert app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_carries_nothing_inline_and_nothing_from_outside(name: str) -> None:
    text = re.sub(r"{[{%#].*?[#%}]}", "", (ROOT / "templates" / name).read_text(), flags=re.DOTALL)
    assert not INLINE_HANDLER.search(text)
    assert not INLINE_STYLE.search(text)
    assert not SCRIPT_WITHOUT_SOURCE.search(text)
    assert not OUTSIDE.search(text)
    assert not re.search(r"<style\b", text, re.IGNORECASE)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_form_that_changes_something_carries_its_token(name: str) -> None:
    text = (ROOT / "templates" / name).read_text()
    for form in re.findall(r"<form\b[^>]*method=[\"']post[\"'].*?</form>", text, re.DOTALL | re.IGNORECASE):
        assert "csrf" in form, form[:120]


def test_no_script_keeps_a_callers_words_in_the_browser() -> None:
    for path in (ROOT / "hotline" / "static").rglob("*.js"):
        text = path.read_text()
        assert not re.search(r"localStorage|sessionStorage|indexedDB", text), path
        # One cookie remembers that somebody switched single-key shortcuts off.
        assert "document.cookie" not in text or path.name == "keys.js", path
        assert "eval(" not in text, path
