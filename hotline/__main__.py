"""Lets `python -m hotline` be the `hotline` command."""

from __future__ import annotations

from hotline.cli import main

main()
