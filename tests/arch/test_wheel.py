"""What is shipped works outside the tree: the wheel is built, installed elsewhere, and run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

SCRIPT = """
import sys
from hotline.app import create_app
from hotline.config import read
from hotline.upkeep import migrate_database
app = create_app(read())
assert migrate_database(app) is None
client = app.test_client()
assert client.get("/health").status_code == 200
page = client.get("/sign-in")
assert page.status_code == 200 and "username" in page.text, page.text[:500]
assert client.get("/static/css/base.css").status_code == 200
import hotline, models, triage
where = {m.__file__.rsplit("/", 2)[0] for m in (hotline, models, triage)}
assert where == {sys.argv[1]}, where
assert app.template_folder.startswith(sys.argv[1])
from triage.phrases import read as read_phrases
assert read_phrases("我已經買咗炭，今晚就燒。").code is not None
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_wheel_works_outside_the_tree(tmp_path: Path) -> None:
    built = tmp_path / "built"
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", built, ROOT],
        check=True, capture_output=True,
    )
    wheel = next(built.glob("*.whl"))
    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--target", site, wheel],
        check=True, capture_output=True,
    )
    assert {path.name for path in site.iterdir() if path.is_dir()} >= {"hotline", "models", "triage"}
    assert not (site / "templates").exists()
    assert not (site / "tests").exists()
    env = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(site),
        "HOTLINE_INSTANCE": str(tmp_path / "instance"), "HOTLINE_PUBLIC_URL": "http://127.0.0.1:8000",
        "HOTLINE_SECRET_KEY": "a secret key for the wheel 012345",
        "HOTLINE_FIELD_KEYS": "a field key for the wheel 0123456",
        "HOTLINE_INDEX_KEY": "an index key for the wheel 012345",
    }
    done = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT, str(site)],
        cwd="/", env=env, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
