"""Settings: nothing has a default secret, and every mistake is told at once with its remedy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hotline.config import ConfigError, read

GOOD = {
    "HOTLINE_PUBLIC_URL": "https://hotline.example.org",
    "HOTLINE_SECRET_KEY": "s3cret for sessions 0123456789 abc",
    "HOTLINE_FIELD_KEYS": "newest field key 0123456789 abcdef,older field key 0123456789 abcdefg",
    "HOTLINE_INDEX_KEY": "index key for hashes 0123456789 ab",
}
PROVIDER = {
    "HOTLINE_PROVIDER": "twilio", "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "tok-alpha, tok-beta",
}


def problems(**changes: str | None) -> dict[str, str]:
    environ = {k: v for k, v in {**GOOD, **PROVIDER, **changes}.items() if v is not None}
    with pytest.raises(ConfigError) as caught:
        read(environ)
    return {problem.name: str(problem) for problem in caught.value.problems}


def test_good_settings_are_read() -> None:
    config = read({**GOOD, **PROVIDER})
    assert config.auth_tokens == ("tok-alpha", "tok-beta")
    assert len(config.field_keys) == 2
    assert config.is_https
    assert config.database_url.startswith("sqlite:///")


def test_an_empty_environment_is_told_everything_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read({"HOTLINE_PROVIDER": "twilio"})
    names = {problem.name for problem in caught.value.problems}
    assert names == {
        "HOTLINE_PUBLIC_URL", "HOTLINE_SECRET_KEY", "HOTLINE_FIELD_KEYS", "HOTLINE_INDEX_KEY",
        "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN",
    }
    assert all(problem.remedy for problem in caught.value.problems)


def test_log_only_needs_no_provider_settings() -> None:
    assert not read({**GOOD, "HOTLINE_PROVIDER": "none"}).has_telephony


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"HOTLINE_PUBLIC_URL": "http://hotline.example.org"}, "HOTLINE_PUBLIC_URL"),
        ({"HOTLINE_PUBLIC_URL": "hotline.example.org"}, "HOTLINE_PUBLIC_URL"),
        ({"HOTLINE_PUBLIC_URL": "https://me:pw@hotline.example.org"}, "HOTLINE_PUBLIC_URL"),
        ({"HOTLINE_SECRET_KEY": "short"}, "HOTLINE_SECRET_KEY"),
        ({"HOTLINE_SECRET_KEY": "a" * 64}, "HOTLINE_SECRET_KEY"),
        ({"HOTLINE_INDEX_KEY": "newest field key 0123456789 abcdef"}, "HOTLINE_INDEX_KEY"),
        ({"HOTLINE_PROVIDER": "carrier-pigeon"}, "HOTLINE_PROVIDER"),
        ({"TWILIO_AUTH_TOKEN": " , "}, "TWILIO_AUTH_TOKEN"),
        ({"HOTLINE_TELEPHONY_API_URL": "http://elsewhere.example"}, "HOTLINE_TELEPHONY_API_URL"),
        ({"HOTLINE_PROVIDER": "simulator"}, "HOTLINE_TELEPHONY_API_URL"),
        ({"HOTLINE_PROXIES": "many"}, "HOTLINE_PROXIES"),
    ],
)
def test_an_unsafe_setting_is_refused_by_name(changes: dict[str, str], name: str) -> None:
    assert set(problems(**changes)) == {name}


def test_plain_http_is_allowed_on_this_machine_only() -> None:
    assert not read({**GOOD, "HOTLINE_PUBLIC_URL": "http://127.0.0.1:8000/"}).is_https


def test_every_spelling_of_a_postgresql_address_works() -> None:
    for spelling in ("postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg2://u:p@h/d"):
        url = read({**GOOD, "HOTLINE_DATABASE_URL": spelling}).database_url
        assert url == "postgresql+psycopg://u:p@h/d"


def test_no_secret_shows_in_a_printed_configuration() -> None:
    shown = repr(read({**GOOD, **PROVIDER}))
    for secret in (*GOOD.values(), "tok-alpha", "tok-beta"):
        if secret != GOOD["HOTLINE_PUBLIC_URL"]:
            assert secret not in shown


def test_serve_refuses_to_start_and_lists_the_remedies(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hotline", "serve"], capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "HOTLINE_INSTANCE": str(tmp_path)},
    )
    assert done.returncode == 2
    assert "HOTLINE_SECRET_KEY" in done.stderr
    assert "hotline keys" in done.stderr
    assert "Traceback" not in done.stderr
