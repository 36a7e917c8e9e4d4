"""Chance that comes out the same every time: a number for each place, from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from models.identifiers import SPOKEN

T = TypeVar("T")
_WORD = 0xFFFFFFFF


class Chance:
    """Numbers that look thrown: the same seed, place and purpose give the same one."""

    def __init__(self, seed: int) -> None:
        self._seed = seed * 0x9E3779B1

    def throw(self, place: int, purpose: int, sides: int) -> int:
        """A whole number from 0 up to and without `sides`; mixed as in Wellons' `lowbias32`."""
        mixed = (place * 0x9E3779B1 + purpose * 0x85EBCA6B + self._seed) & _WORD
        mixed = ((mixed ^ (mixed >> 16)) * 0x7FEB352D) & _WORD
        mixed = ((mixed ^ (mixed >> 15)) * 0x846CA68B) & _WORD
        return (mixed ^ (mixed >> 16)) % sides

    def one_of(self, place: int, purpose: int, among: Sequence[T]) -> T:
        """One of these."""
        return among[self.throw(place, purpose, len(among))]


def public_id(kind: str, number: int) -> str:
    """An id for addresses, as long as a real one; nothing here needs to be unguessable."""
    return f"{kind}{number:010d}".ljust(22, "x")


def reference(number: int) -> str:
    """The spoken reference of a number: counted in the signs that can be read aloud."""
    signs = []
    for _ in range(6):
        number, sign = divmod(number, len(SPOKEN))
        signs.append(SPOKEN[sign])
    text = "".join(reversed(signs))
    return f"{text[:3]}-{text[3:]}"


def telephone(number: int) -> str:
    """A number of a range that Macau gives to nobody."""
    return f"+8539{number:07d}"
