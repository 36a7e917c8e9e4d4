"""The use cases of cases, under the names other rooms know them by."""

from __future__ import annotations

from hotline.cases.routing import open_case_of, route
from hotline.cases.wishes import (
    ContactWishes,
    add_number,
    find_by_number,
    is_no_contact,
    make_caller,
    save_wishes,
)

__all__ = [
    "ContactWishes", "add_number", "find_by_number", "is_no_contact", "make_caller",
    "open_case_of", "route", "save_wishes",
]
