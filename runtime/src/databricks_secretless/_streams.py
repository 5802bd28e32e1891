"""Puts the redaction in front of a text stream such as ``sys.stdout``."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import threading
import weakref
from collections.abc import Iterable
from typing import Any

from ._registry import Registry

_BLOCK = 8192
"""Characters of one text that a stream passes on at once, as Python's own does."""
_PIECES = 256
"""Texts that a block-buffered stream gathers before it passes them on."""


class RedactingStream(io.TextIOBase):
    """A text stream that passes on what is written to it, without the registered values.

    A value is found also if it comes in several writes, as text or as bytes (``buffer``). For this, what may be the
    beginning of a value is held back until more comes or the stream is closed; everything else is passed on at the
    same moments as by the stream behind it.
    """

    def __init__(self, stream: Any, registry: Registry) -> None:
        self._stream = stream
        self._registry = registry
        self._pending: list[str] = []
        self._bytes_open = False
        self._held = ""
        self._lock = threading.RLock()
        plain = type(stream) is io.TextIOWrapper and not stream.write_through
        # Python's own streams gather text until a line or a block is full: so may this one.
        self._gathers = plain
        self._lines = plain and stream.line_buffering
        # A character may come in several writes of bytes.
        self._decoder = codecs.getincrementaldecoder(self.encoding)("surrogateescape")
        _ALL.add(self)

    @property
    def wrapped(self) -> Any:
        """The stream behind this one."""
        return self._stream

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._bytes_open:
            self._finish_bytes()
        pending = self._pending
        pending.append(text)
        if (
            not self._gathers
            or len(pending) >= _PIECES
            or len(text) >= _BLOCK
            or (self._lines and ("\n" in text or "\r" in text))
        ):
            self._pass_on()
        return len(text)

    def _pass_on(self) -> None:
        """Hands everything but an unfinished value to the stream behind."""
        with self._lock:
            # Another thread may append meanwhile: what it appends stays.
            pending = self._pending
            count = len(pending)
            text = "".join(pending[:count])
            del pending[:count]
            if text:
                done, self._held = self._registry.split(self._held + text)
                if done:
                    self._emit(done)

    def _finish_bytes(self) -> None:
        with self._lock:
            self._bytes_open = False
            self._pending.append(self._decoder.decode(b"", final=True))

    def _emit(self, text: str) -> None:
        try:
            self._stream.write(text)
        except UnicodeEncodeError:
            # Bytes that came through `buffer` and are no text in this encoding, or text that is none: as Python does.
            buffer = getattr(self._stream, "buffer", None)
            if buffer is None or not any("\udc80" <= character <= "\udcff" for character in text):
                raise
            self._stream.flush()
            buffer.write(text.encode(self._stream.encoding or "utf-8", "surrogateescape"))

    def write_bytes(self, data: bytes) -> None:
        """Write bytes; those that are no text in the stream's encoding come out as they are."""
        with self._lock:
            self._pending.append(self._decoder.decode(data))
            self._bytes_open = True
            self._pass_on()

    def writelines(self, lines: Iterable[str], /) -> None:  # type: ignore[override]
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        with self._lock:
            self._pass_on()
            self._stream.flush()

    def release(self) -> None:
        """Pass on also what was held back: no more will come."""
        with self._lock:
            self._finish_bytes()
            self._pass_on()
            held, self._held = self._held, ""
            if held:
                self._emit(held)
            with contextlib.suppress(ValueError):
                self._stream.flush()

    def close(self) -> None:
        with contextlib.suppress(ValueError):
            self.release()
        self._stream.close()

    def __del__(self) -> None:
        # io's own would close the stream behind, which belongs to the process.
        return

    @property
    def buffer(self) -> _RedactingBuffer:
        return _RedactingBuffer(self)

    @property
    def closed(self) -> bool:
        return bool(self._stream.closed)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return str(getattr(self._stream, "encoding", None) or "utf-8")

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return getattr(self._stream, "errors", None)

    @property
    def newlines(self) -> Any:  # type: ignore[override]
        return getattr(self._stream, "newlines", None)

    def detach(self) -> Any:
        raise io.UnsupportedOperation("detach")

    def fileno(self) -> int:
        return int(self._stream.fileno())

    def isatty(self) -> bool:
        return bool(self._stream.isatty())

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def reconfigure(self, **options: Any) -> None:
        """Like ``io.TextIOWrapper.reconfigure``."""
        with self._lock:
            self._pass_on()
            self._stream.reconfigure(**options)
            self._gathers = not self._stream.write_through
            self._lines = self._gathers and self._stream.line_buffering

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _RedactingBuffer(io.BufferedIOBase):
    """What writes bytes to the same stream."""

    def __init__(self, text: RedactingStream) -> None:
        self._text = text

    def write(self, data: Any, /) -> int:
        content = bytes(data)
        self._text.write_bytes(content)
        return len(content)

    def flush(self) -> None:
        self._text.flush()

    def close(self) -> None:
        return

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._text.fileno()

    def isatty(self) -> bool:
        return self._text.isatty()

    @property
    def raw(self) -> _RedactingBuffer:
        """The same: nothing is written past the redaction."""
        return self


_ALL: weakref.WeakSet[RedactingStream] = weakref.WeakSet()


def release_all() -> None:
    """Pass on what every stream holds back; for the end of the process."""
    for stream in list(_ALL):
        with contextlib.suppress(Exception):
            stream.release()


def _after_fork() -> None:
    for stream in list(_ALL):
        # A thread of the parent may have held it; and the parent passes on what is pending.
        stream._lock = threading.RLock()  # noqa: SLF001
        stream._pending.clear()  # noqa: SLF001


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
