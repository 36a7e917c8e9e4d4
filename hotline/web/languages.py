"""Which language a page speaks: the person's own choice, else the browser's."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError
from flask import Flask, request, session
from flask_babel import Babel

from hotline.web.actor import signed_in_user
from hotline.web.paths import static_root

OFFERED = {"en": "English", "zh_Hant": "繁體中文", "zh_Hans": "简体中文", "pt": "Português"}


def locale_of(tag: str) -> str | None:
    """The catalogue for a browser's language tag: zh-HK gives zh_Hant, pt-BR gives pt."""
    try:
        parsed = Locale.parse(tag.strip(), sep="-")
    except (UnknownLocaleError, ValueError):
        return None
    if parsed.language == "zh":
        script = parsed.script
        if script is None:
            script = "Hant" if parsed.territory in ("TW", "HK", "MO") else "Hans"
        return f"zh_{script}" if script in ("Hant", "Hans") else None
    return parsed.language if parsed.language in OFFERED else None


def choose_locale() -> str:
    """The language of this request."""
    chosen = session.get("locale")
    if chosen in OFFERED:
        return str(chosen)
    user = signed_in_user()
    if user is not None and user.locale in OFFERED:
        return user.locale
    for tag, _quality in request.accept_languages:
        found = locale_of(tag)
        if found is not None:
            return found
    return "en"


def init_languages(app: Flask) -> None:
    """Set up translations."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(static_root().parent / "translations")
    Babel(app, locale_selector=choose_locale, timezone_selector=lambda: app.config["HOTLINE"].timezone)

    @app.context_processor
    def language() -> dict[str, object]:
        chosen = choose_locale()
        return {"page_language": chosen.replace("_", "-"), "languages_offered": OFFERED,
                "locale_now": chosen}
