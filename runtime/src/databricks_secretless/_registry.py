"""Knows every value that must not be shown, and finds them in text, fast where there is nothing to find.

A job writes megabytes of ordinary output, so the question "is anything in here?" is answered by set operations on
eight bytes at a time: every occurrence of a form of 15 bytes or more holds one of its own first eight 8-byte pieces at
a position that is a multiple of eight. What this names is then looked for exactly.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from typing import NamedTuple

from ._errors import ValueTooShortError
from ._forms import IGNORED, SHORTEST, forms_of

REDACTED = "[REDACTED]"

_WIDE, _NARROW = 8, 4
"""Bytes of a piece: forms of 15 bytes or more always hold an aligned wide one, those of 8 to 14 a narrow one."""
_FILL = (b"", *(b"\0" * (_WIDE - rest) for rest in range(1, _WIDE)))
_START = 14
"""Characters of the beginnings that are looked for one by one; a longer one holds a wide piece."""

_OPEN_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?\Z")
_OPEN_JOINT = re.compile(r"""['"](?:\n[ ]*b?)?\Z""")


class _Entry(NamedTuple):
    forms: frozenset[str]
    expires: float


class _Index:
    """What is looked for; never changed, so that threads may use it while another one registers a value."""

    def __init__(self, all_forms: frozenset[str]) -> None:
        wide: dict[int, set[str]] = {}
        narrow: dict[int, set[str]] = {}
        starts: set[str] = set()
        for form in all_forms:
            data = form.encode("utf-8", "surrogatepass")
            size, pieces = (_WIDE, wide) if len(data) >= 2 * _WIDE - 1 else (_NARROW, narrow)
            for at in range(size):
                pieces.setdefault(int.from_bytes(data[at : at + size], sys.byteorder), set()).add(form)
            starts.update(form[:length] for length in range(1, min(len(form), _START + 1)))
        self._wide, self._narrow = wide, narrow
        self._wide_set, self._narrow_set = frozenset(wide), frozenset(narrow)
        self._starts = frozenset(starts)
        self._ends = frozenset(start[-1] for start in starts)

    def _candidates(self, text: str) -> list[str]:
        """Return the forms that may stand in the text, or begin in it and go on past its end."""
        data = text.encode("utf-8", "surrogatepass")
        # NUL bytes fill the last piece: no form holds one there.
        view = memoryview(data + _FILL[len(data) % _WIDE])
        wide = view.cast("Q")
        found: list[str] = []
        if not self._wide_set.isdisjoint(wide):
            found = [form for piece in self._wide_set.intersection(wide) for form in self._wide[piece]]
        if self._narrow_set:
            narrow = view.cast("I")
            if not self._narrow_set.isdisjoint(narrow):
                shorts = {form for piece in self._narrow_set.intersection(narrow) for form in self._narrow[piece]}
                found.extend(form for form in shorts if form in text)
        return found

    def split(self, text: str) -> tuple[str, str]:
        """Return the text without any value, and what at its end may be the beginning of one."""
        if not self._starts or not text:
            return text, ""
        marked = "\x1b" in text or "'\n" in text or '"\n' in text or text[-1] in "'\""
        candidates = self._candidates(text)
        if not marked and not candidates:
            length = self._start_length(text, len(text), len(text))
            return (text[:-length], text[-length:]) if length else (text, "")
        spans = _spans(text, candidates)
        cut = self._open(text, candidates)
        if marked:
            # Once more without what may stand inside a value; and as it is, for values that hold such a thing.
            end = _OPEN_ANSI.search(text)
            stop = end.start() if end is not None else len(text)
            plain, places = _plain(text[:stop])
            candidates = self._candidates(plain)
            spans += [(places[first], places[last - 1] + 1) for first, last in _spans(plain, candidates)]
            cut = min(cut, stop, places[self._open(plain, candidates)])
        return _cut(text, _merged(spans), cut)

    def _start_length(self, text: str, stop: int, most: int) -> int:
        """Return the length of the longest beginning of a value that ends at ``stop``, of at most 14 characters."""
        if text[stop - 1 : stop] not in self._ends:
            return 0
        for length in range(min(_START, most), 0, -1):
            if text[stop - length : stop] in self._starts:
                return length
        return 0

    def _open(self, text: str, candidates: list[str]) -> int:
        """Return where at the end of the text a value begins that may go on; the text's length, if nowhere."""
        best = len(text)
        end = _OPEN_JOINT.search(text)
        for stop in {len(text), end.start() if end is not None else len(text)}:
            if length := self._start_length(text, stop, stop):
                best = min(best, stop - length)
            for form in candidates:
                at = text.find(form[:_WIDE], max(0, stop - len(form) + 1), stop)
                while at != -1 and not form.startswith(text[at:stop]):
                    at = text.find(form[:_WIDE], at + 1, stop)
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


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the text without what may stand inside a value, and where its characters (and its end) stood."""
    kept: list[str] = []
    places: list[int] = []
    at = 0
    for gap in IGNORED.finditer(text):
        kept.append(text[at : gap.start()])
        places.extend(range(at, gap.start()))
        at = gap.end()
    kept.append(text[at:])
    places.extend(range(at, len(text) + 1))
    return "".join(kept), places


def _spans(text: str, forms: list[str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for form in set(forms):
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
