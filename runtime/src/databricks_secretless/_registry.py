"""Knows every value that must not be shown, and finds them in text, fast where there is nothing to find.

A job writes megabytes of ordinary output, so the question "is anything in here?" is answered by a few operations in
C: the few shortest forms are searched one by one; of all others, every occurrence holds a piece of some bytes at a
position that is a multiple of a stride, so that looking these few positions up in a set tells. What this names is then
looked for exactly.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterable
from typing import Literal, NamedTuple

from ._errors import ValueTooShortError
from ._forms import IGNORED, SHORTEST, forms_of

REDACTED = "[REDACTED]"

_FILL = (b"", *(b"\0" * (8 - rest) for rest in range(1, 8)))
_START = 14
"""Characters of the beginnings that are looked for one by one; a longer one holds a piece of the finest level."""


class _Level(NamedTuple):
    """A way to look at some positions alone: forms of ``stride + piece - 1`` bytes always show there."""

    stride: int
    piece: int

    @property
    def shortest(self) -> int:
        return self.stride + self.piece - 1


_LEVELS = (_Level(64, 8), _Level(32, 8), _Level(16, 8), _Level(8, 8), _Level(4, 4))
_NEAR = _Level(8, 8)
_LOOK_UP = 150
"""What it costs to look up one piece, where searching one byte for one form costs 1. Measured: bench/redaction.py."""
_MOST = 64
"""Forms of which it is worth asking how many of them have to be searched; more never are."""

_OPEN_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?\Z")
_OPEN_JOINT = re.compile(r"""['"](?:\n[ ]*b?)?\Z""")


class _Entry(NamedTuple):
    forms: frozenset[str]
    expires: float


class _Pieces:
    """The pieces of which every occurrence of one of the forms holds one at a multiple of the level's stride."""

    def __init__(self, forms: Iterable[str], level: _Level) -> None:
        self._code: Literal["I", "Q"] = "Q" if level.piece == 8 else "I"  # noqa: PLR2004
        self._step = level.stride // level.piece
        self._forms: dict[int, set[str]] = {}
        for form in forms:
            data = form.encode("utf-8", "surrogatepass")
            for at in range(level.stride):
                piece = int.from_bytes(data[at : at + level.piece], sys.byteorder)
                self._forms.setdefault(piece, set()).add(form)
        self._known = frozenset(self._forms)

    def named(self, data: bytes) -> set[str]:
        """Return the forms of which a piece stands in the bytes."""
        # NUL bytes fill the last piece: no form holds one there.
        seen = memoryview(data + _FILL[len(data) % 8]).cast(self._code)[:: self._step]
        if self._known.isdisjoint(seen):
            return set()
        return {form for piece in self._known.intersection(seen) for form in self._forms[piece]}


def _families(forms: list[str]) -> dict[str, list[str]]:
    """Return the forms by the shortest one that each of them holds: where that is not, none of them is."""
    families: dict[str, list[str]] = {}
    for form in sorted(forms, key=lambda one: (len(one), one)):
        inner = next((known for known in families if known in form), form)
        families.setdefault(inner, []).append(form)
    return families


class _Index:
    """What is looked for; never changed, so that threads may use it while another one registers a value."""

    def __init__(self, all_forms: frozenset[str]) -> None:
        sizes = {form: len(form.encode("utf-8", "surrogatepass")) for form in all_forms}
        cheapest = float("inf")
        for level in _LEVELS:
            short = [form for form, size in sizes.items() if size < level.shortest]
            if len(short) > _MOST:
                continue
            families = _families(short)
            cost = len(families) + _LOOK_UP / level.stride * (len(short) < len(sizes))
            if cost < cheapest:
                cheapest = cost
                self._searched = families
                self._level = level
        long = [form for form, size in sizes.items() if size >= self._level.shortest]
        self._pieces = _Pieces(long, self._level) if long else None
        self._near = _Pieces((form for form, size in sizes.items() if size >= _NEAR.shortest), _NEAR)
        self._starts = frozenset(form[:length] for form in sizes for length in range(1, min(len(form), _START + 1)))
        self._ends = frozenset(start[-1] for start in self._starts)

    def _candidates(self, text: str) -> set[str]:
        """Return the forms that may stand in the text, or begin in it and go on past its end."""
        data = text.encode("utf-8", "surrogatepass")
        found = self._pieces.named(data) if self._pieces is not None else set()
        for inner, family in self._searched.items():
            if inner in text:
                found.update(family)
        # A beginning at the end may be too short to show at this level.
        return found | self._near.named(data[-self._level.shortest - _START :])

    def split(self, text: str) -> tuple[str, str]:
        """Return the text without any value, and what at its end may be the beginning of one."""
        if not self._starts or not text:
            return text, ""
        candidates = self._candidates(text)
        if not _is_marked(text):
            if not candidates:
                last = text[-_START - 1 :]
                open_part = len(last) - self._open(last, candidates)
                return (text[:-open_part], text[-open_part:]) if open_part else (text, "")
            return _cut(text, _merged(_spans(text, candidates)), self._open(text, candidates))
        # Once more without what may stand inside a value; and as it is, for values that hold such a thing.
        end = _OPEN_ANSI.search(text)
        stop = end.start() if end is not None else len(text)
        plain = IGNORED.sub("", text[:stop])
        inside = self._candidates(plain)
        cut = min(self._open(text, candidates), stop)
        if not candidates and not inside and self._open(plain, inside) == len(plain):
            return text[:cut], text[cut:]
        places = _places(text[:stop])
        spans = _spans(text, candidates)
        spans += [(places[first], places[last - 1] + 1) for first, last in _spans(plain, inside)]
        return _cut(text, _merged(spans), min(cut, places[self._open(plain, inside)]))

    def _start_length(self, text: str, stop: int, most: int) -> int:
        """Return the length of the longest beginning of a value that ends at ``stop``, of at most 14 characters."""
        if text[stop - 1 : stop] not in self._ends:
            return 0
        for length in range(min(_START, most), 0, -1):
            if text[stop - length : stop] in self._starts:
                return length
        return 0

    def _open(self, text: str, candidates: set[str]) -> int:
        """Return where at the end of the text a value begins that may go on; the text's length, if nowhere."""
        best = len(text)
        end = _OPEN_JOINT.search(text)
        for stop in {len(text), end.start() if end is not None else len(text)}:
            if length := self._start_length(text, stop, stop):
                best = min(best, stop - length)
            for form in candidates:
                at = text.find(form[:SHORTEST], max(0, stop - len(form) + 1), stop)
                while at != -1 and not form.startswith(text[at:stop]):
                    at = text.find(form[:SHORTEST], at + 1, stop)
                if at != -1:
                    best = min(best, at)
        return best


class Registry:
    """The values of this process that must not be shown. Safe for threads."""

    def __init__(self) -> None:
        self._values: dict[str, _Entry] = {}
        self._index = _Index(frozenset())
        self.unlock()

    def unlock(self) -> None:
        """Make a new lock; for a forked process, where a thread that is gone may hold the old one."""
        self._lock = threading.Lock()

    def add(self, value: str, expires: float = float("inf")) -> None:
        """Register a value; ``expires`` (epoch seconds) is when it is worth nothing any more.

        Raises:
            ValueTooShortError: fewer than eight characters, or nothing but white space.

        """
        if len(value) < SHORTEST or not value.strip():
            raise ValueTooShortError(
                f"A value of {len(value)} characters cannot be redacted: too much of ordinary output would be.",
                f"Use a value of at least {SHORTEST} characters.",
            )
        if value in self._values:
            return
        forms = forms_of(value)
        with self._lock:
            now = time.time()
            # A token that ended an hour ago opens nothing; a stream that runs for months renews thousands.
            kept = {text: entry for text, entry in self._values.items() if entry.expires + 3600 > now}
            self._values = {**kept, value: _Entry(forms, expires)}
            self._index = _Index(frozenset(form for entry in self._values.values() for form in entry.forms))

    def split(self, text: str) -> tuple[str, str]:
        """Return the text without any value, and what at its end may be the beginning of one."""
        return self._index.split(text)

    def redact(self, text: str) -> str:
        """Return the text without any value; for a whole text, not for pieces of a stream."""
        done, rest = self.split(text)
        return done + rest


def _is_marked(text: str) -> bool:
    """Whether the text holds something that may stand inside a value."""
    # One character is found many times as fast as two.
    return "\x1b" in text or any(quote in text and (text[-1] == quote or f"{quote}\n" in text) for quote in ("'", '"'))


def _places(text: str) -> list[int]:
    """Return where the characters (and the end) of the text without :data:`IGNORED` stand in it."""
    places: list[int] = []
    at = 0
    for gap in IGNORED.finditer(text):
        places.extend(range(at, gap.start()))
        at = gap.end()
    places.extend(range(at, len(text) + 1))
    return places


def _spans(text: str, forms: set[str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for form in forms:
        at = text.find(form)
        while at != -1:
            spans.append((at, at + len(form)))
            at = text.find(form, at + len(form) // 2)
    return spans


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _cut(text: str, spans: list[tuple[int, int]], cut: int) -> tuple[str, str]:
    pieces: list[str] = []
    at = 0
    for first, last in spans:
        pieces += (text[at:first], REDACTED)
        at = last
    cut = max(cut, at)
    return "".join([*pieces, text[at:cut]]), text[cut:]
