"""`python -m hotline.translations.refresh`: bring the catalogues up to date with the source tree.

Collects every marked sentence, gives each language the ones it lacks (empty, to be translated in
its `messages.po`), drops those no longer used, and compiles. The compiled files are committed, so
that an installation needs no build step. Written without dates and places in files, so that the
same sentences always give the same bytes.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# A date in a compiled file would change it with every run.
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
HEADERS = {
    "zh_Hant": "# Traditional Chinese, in the words of Macau.",
    "zh_Hans": "# Simplified Chinese, in the words of the mainland.",
    "pt": "# Portuguese, as it is written in Macau.",
}
METHODS = [
    ("hotline/translations/**", "ignore"),
    ("hotline/**.py", "python"),
    ("triage/**.py", "python"),
    ("templates/**.html", "jinja2"),
]
# What marks a sentence: gettext's own names, the short ones of forms and tables, and `N_` of the
# pure parts, which know no translation.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "_lp": ((1, "c"), 2),
}


def collected() -> Catalog:
    """Every sentence marked for translation in the source tree."""
    catalogue = Catalog(charset="utf-8")
    for folder in ("hotline", "triage", "templates"):
        found = extract_from_dir(
            ROOT / folder,
            method_map=[(pattern.removeprefix(f"{folder}/"), method) for pattern, method in METHODS
                        if pattern.startswith(f"{folder}/")],
            keywords=KEYWORDS,
        )
        for _name, _line, message, _comments, context in found:
            catalogue.add(message, context=context)
    return catalogue


def catalogue_path(locale: str) -> Path:
    """Where the written catalogue of a language lies."""
    return HERE / locale / "LC_MESSAGES" / "messages.po"


def read(locale: str) -> Catalog:
    """The written catalogue of a language; an empty one when there is none yet."""
    path = catalogue_path(locale)
    if not path.exists():
        return Catalog(locale=locale)
    return read_po(io.BytesIO(path.read_bytes()), locale=locale)


def is_translated(message: Message) -> bool:
    """True when every form of a message has its translation."""
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(forms)


def _sentences(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def renewed(locale: str, sentences: Catalog) -> Catalog:
    """The catalogue of a language with exactly these sentences, its translations kept."""
    old = read(locale)
    new = Catalog(locale=locale, charset="utf-8", fuzzy=False)
    for message in _sentences(sentences):
        known = old.get(message.id, message.context)
        text = known.string if known is not None and is_translated(known) else ""
        new.add(message.id, text, flags=message.flags, context=message.context)
    return new


def write(locale: str, catalogue: Catalog) -> None:
    """Write a catalogue and its compiled form."""
    path = catalogue_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    body = io.BytesIO()
    write_po(body, catalogue, width=100, omit_header=True, sort_output=True)
    header = (
        f'{HEADERS[locale]}\nmsgid ""\nmsgstr ""\n'
        f'"Language: {locale}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    path.write_bytes(header.encode() + body.getvalue())
    path.with_suffix(".mo").write_bytes(compiled(locale))


def compiled(locale: str) -> bytes:
    """The compiled form of the written catalogue of a language."""
    catalogue = read(locale)
    catalogue.creation_date = catalogue.revision_date = UNDATED
    body = io.BytesIO()
    write_mo(body, catalogue)
    return body.getvalue()


def main() -> int:
    """Refresh every catalogue; tells how many sentences each still lacks."""
    sentences = collected()
    for locale in HEADERS:
        catalogue = renewed(locale, sentences)
        write(locale, catalogue)
        missing = [message for message in _sentences(catalogue) if not is_translated(message)]
        sys.stdout.write(f"{locale}: {len(catalogue)} sentences, {len(missing)} to translate\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
