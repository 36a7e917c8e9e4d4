"""Where the templates and static files lie: inside the installed package, or beside it in a tree."""

from __future__ import annotations

from pathlib import Path


def template_root() -> Path:
    """The folder of templates; raises at start when there is none."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "templates", package.parent / "templates"):
        if (folder / "layouts" / "base.html").is_file():
            return folder
    msg = "the templates are missing from this installation"
    raise RuntimeError(msg)


def static_root() -> Path:
    """The folder of static files."""
    return Path(__file__).resolve().parent.parent / "static"
