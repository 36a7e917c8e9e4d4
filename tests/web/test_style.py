"""The look keeps its promises: contrast in both schemes, no inline script, nothing from elsewhere."""

from __future__ import annotations

import re

import pytest

from hotline.web.layout import STYLE_SHEETS
from hotline.web.paths import static_root, template_root

CSS = static_root() / "css"
TEMPLATES = sorted(template_root().rglob("*.html"))
TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-faint") for ground in ("paper", "surface", "sunken")),
    ("brand", "surface"), ("brand", "paper"), ("on-brand", "brand"), ("on-brand", "brand-deep"),
    ("brand-deep", "brand-tint"), ("ink", "brand-tint"), ("ink", "accent-tint"),
    ("accent", "accent-tint"), ("surface", "accent"), ("danger", "danger-tint"),
    ("danger", "surface"), ("warn", "warn-tint"), ("warn", "surface"), ("good", "good-tint"),
    ("good", "surface"), ("info", "info-tint"), ("ink-soft", "brand-tint"), ("ink-faint", "brand-tint"),
    *((f"code-{code}", ground) for code in "abcdenu" for ground in ("surface", "paper", "brand-tint")),
    *(("on-code", f"code-{code}") for code in "abc"),
]
EDGE_PAIRS = [("edge", "surface"), ("edge", "paper"), ("focus", "surface"), ("focus", "paper")]


def _schemes() -> dict[str, dict[str, str]]:
    text = (CSS / "tokens.css").read_text()
    light_text, dark_text = text.split("@media (prefers-color-scheme: dark)")
    read = lambda part: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part))  # noqa: E731
    light = read(light_text)
    return {"light": light, "dark": {**light, **read(dark_text)}}


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    colours = _schemes()[scheme]
    weak = [
        f"{ink} on {ground}: {_contrast(colours[ink], colours[ground]):.2f}"
        for ink, ground in TEXT_PAIRS
        if _contrast(colours[ink], colours[ground]) < 4.5
    ]
    assert weak == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_controls_and_focus_can_be_seen(scheme: str) -> None:
    colours = _schemes()[scheme]
    weak = [pair for pair in EDGE_PAIRS if _contrast(colours[pair[0]], colours[pair[1]]) < 3]
    assert weak == []


def test_every_sheet_is_used_and_every_used_sheet_exists() -> None:
    there = {path.stem for path in CSS.glob("*.css")}
    linked = set(re.findall(r"css/([\w-]+)\.css", "".join(path.read_text() for path in TEMPLATES)))
    assert set(STYLE_SHEETS) | linked == there


def test_sheets_name_colours_only_in_the_tokens() -> None:
    for path in CSS.glob("*.css"):
        if path.stem not in ("tokens", "print"):
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text()) == [], path.name


def test_sheets_use_only_tokens_that_exist() -> None:
    known = set(re.findall(r"--([\w-]+):", "".join(path.read_text() for path in CSS.glob("*.css"))))
    for path in CSS.glob("*.css"):
        assert set(re.findall(r"var\(--([\w-]+)\)", path.read_text())) <= known, path.name


def test_sheets_and_templates_fetch_nothing_from_elsewhere() -> None:
    for path in [*CSS.glob("*.css"), *TEMPLATES]:
        text = path.read_text().replace("http://www.w3.org/", "")
        assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", text), path.name
