"""Which language a text is in: for thresholds and weights only."""

from __future__ import annotations

import pytest

from triage.features import see


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我今日唔想返工，好攰", "yue"), ("我今天不想上班，很累", "zh"), ("我今天不想上班，so tired", "zh"),
        ("I cannot sleep and my rent is due", "en"), ("Estou cansado e quero dormir", "pt"),
        ("coração partido", "pt"), ("saudade de tudo", "pt"), ("kkkk morri", "pt"),
        ("tired", "en"), ("", "en"), ("caramba, cansadíssima", "pt"), ("I'm done", "en"),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert see(text).language == language
