"""Imports every room's jobs, so that the registry is whole."""

from __future__ import annotations
