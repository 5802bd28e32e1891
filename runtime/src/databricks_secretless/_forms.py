"""The texts in which a value may turn up in output: raw, base64, URL-encoded, JSON-escaped and their kin."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 8
"""Characters. Below this, too much of ordinary output would be redacted."""

_ANSI = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])"
IGNORED = re.compile(_ANSI + r"""|['"]\n[ ]*b?['"]""")
"""What may stand between two characters of a value: ANSI sequences, and where pprint breaks a text into lines."""

_LINE = 12
"""Characters of the shortest line of a value of several lines that is looked for on its own."""


def forms_of(value: str) -> frozenset[str]:
    """Return every text that gives the value away, each at least :data:`SHORTEST` characters."""
    found = set(_written(value))
    for line in value.splitlines():
        # A value of several lines, such as a private key, may be printed with something before each line.
        if len(line.strip()) >= _LINE and not line.startswith("-----"):
            found.update(_written(line.strip()))
    # Where a value itself holds what is passed over, it is found without it too.
    found.update([IGNORED.sub("", form) for form in found])
    return frozenset(form for form in found if len(form) >= SHORTEST)


def _written(value: str) -> Iterator[str]:
    data = value.encode("utf-8", "surrogatepass")
    escaped = {value, *_escaped(value), repr(data)[2:-1]}
    # Escaped twice: JSON in JSON, the repr of a text that holds a repr.
    yield from escaped
    for once in escaped:
        yield from _escaped(once)
    yield html.escape(value)
    yield html.escape(value, quote=False)
    yield from _url_encoded(value, data)
    yield from _base64(data)
    yield data.hex()
    yield data.hex().upper()


def _escaped(value: str) -> Iterator[str]:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield text
        yield text.replace("/", "\\/")
    for text in (repr(value)[1:-1], ascii(value)[1:-1]):
        yield text
        # Inside a text that holds both kinds of quotes, repr escapes the single one.
        yield text.replace("\\'", "'").replace("'", "\\'")


def _url_encoded(value: str, data: bytes) -> Iterator[str]:
    for text in (quote(data), quote(data, safe=""), quote_plus(data), quote(quote(data, safe=""), safe="")):
        yield text
        yield _lower_hex(text)
    yield "".join(f"%{byte:02X}" for byte in data)
    del value


def _lower_hex(text: str) -> str:
    parts = text.split("%")
    return parts[0] + "".join("%" + part[:2].lower() + part[2:] for part in parts[1:])


def _base64(data: bytes) -> Iterator[str]:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        whole = encode(data).decode()
        yield whole
        yield whole.rstrip("=")
        # Inside something longer, such as `user:password`: the characters that the value alone decides.
        for before in (0, 1, 2):
            text = encode(b"\0" * before + data).decode().rstrip("=")
            first = (before * 8 + 5) // 6
            last = (before + len(data)) * 8 // 6
            yield text[first:last]
