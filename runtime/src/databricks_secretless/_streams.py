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

_BLOCK = 1 << 16
"""Bytes of text that are gathered where the stream is not a terminal."""


class _Pipe:
    """Passes text and bytes on to a stream without the registered values. Safe for threads.

    What may be the beginning of a value is held back until more comes or the end.
    """

    def __init__(self, stream: Any, registry: Registry) -> None:
        self.stream = stream
        self._registry = registry
        self._held = ""
        self._bytes_open = False
        self.lock = threading.RLock()
        self.use_encoding()

    @property
    def encoding(self) -> str:
        return str(getattr(self.stream, "encoding", None) or "utf-8")

    def use_encoding(self) -> None:
        """Take bytes for text in the stream's encoding; a character may come in several writes."""
        self._decoder = codecs.getincrementaldecoder(self.encoding)("surrogateescape")

    def write(self, text: str) -> None:
        with self.lock:
            if self._bytes_open:
                self._bytes_open = False
                text = self._decoder.decode(b"", final=True) + text
            self._pass_on(text)

    def write_bytes(self, data: bytes) -> None:
        """Write bytes; those that are no text in the stream's encoding come out as they are."""
        with self.lock:
            self._bytes_open = True
            self._pass_on(self._decoder.decode(data))

    def release(self) -> None:
        """Pass on also what was held back: no more will come."""
        with self.lock:
            self.write("")
            held, self._held = self._held, ""
            if held:
                self._emit(held)
            with contextlib.suppress(ValueError):
                self.stream.flush()

    def _pass_on(self, text: str) -> None:
        if text:
            done, self._held = self._registry.split(self._held + text if self._held else text)
            if done:
                self._emit(done)

    def _emit(self, text: str) -> None:
        try:
            self.stream.write(text)
        except UnicodeEncodeError:
            # Bytes that came through `buffer` and are no text in this encoding, or text that is none: as Python does.
            buffer = getattr(self.stream, "buffer", None)
            if buffer is None or not any("\udc80" <= character <= "\udcff" for character in text):
                raise
            self.stream.flush()
            buffer.write(text.encode(self.stream.encoding or "utf-8", "surrogateescape"))


class Redacting:
    """A text stream that passes on what is written to it, without the registered values.

    A value is found also if it comes in several writes, as text or as bytes (``buffer``). Everything else is passed on
    at the same moments as by the stream behind it, or in larger blocks where that one gathers blocks.
    """

    _pipe: _Pipe

    def release(self) -> None:
        """Pass on also what was held back: no more will come."""
        self._pipe.release()

    def push(self) -> None:
        """Pass on what was gathered, without a flush of the stream behind."""

    def forked(self) -> None:
        """Begin anew in a forked process."""
        # A thread of the parent may have held it.
        self._pipe.lock = threading.RLock()

    @property
    def wrapped(self) -> Any:
        """The stream behind this one."""
        return self._pipe.stream

    @property
    def buffer(self) -> _RedactingBuffer:
        """Takes bytes in the encoding of the stream behind."""
        return _RedactingBuffer(self, self._pipe)

    @property
    def encoding(self) -> str:
        return self._pipe.encoding

    @property
    def errors(self) -> str | None:
        return getattr(self._pipe.stream, "errors", None)

    @property
    def newlines(self) -> Any:
        return getattr(self._pipe.stream, "newlines", None)

    def detach(self) -> Any:
        raise io.UnsupportedOperation("detach")

    def __getattr__(self, name: str) -> Any:
        if name == "_pipe":
            raise AttributeError(name)
        return getattr(self._pipe.stream, name)


class RedactingStream(Redacting, io.TextIOBase):  # type: ignore[override]
    """In front of a stream that is not Python's own, such as the one of a notebook's cell."""

    def __init__(self, stream: Any, registry: Registry) -> None:
        self._pipe = _Pipe(stream, registry)
        _ALL.add(self)

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._pipe.write(text)
        return len(text)

    def writelines(self, lines: Iterable[str], /) -> None:  # type: ignore[override]
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._pipe.stream.flush()

    def close(self) -> None:
        with contextlib.suppress(ValueError):
            self.release()
        self._pipe.stream.close()

    def __del__(self) -> None:
        # io's own would close the stream behind, which belongs to the process.
        return

    @property
    def closed(self) -> bool:
        return bool(self._pipe.stream.closed)

    def fileno(self) -> int:
        return int(self._pipe.stream.fileno())

    def isatty(self) -> bool:
        return bool(self._pipe.stream.isatty())

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


class RedactingText(Redacting, io.TextIOWrapper):  # type: ignore[misc, override]
    """In front of Python's own stream: gathers text as that one does, in C, so that Python runs once a block."""

    # io asks at each write, and this is found faster than io's own property.
    closed = False

    def __init__(self, stream: io.TextIOWrapper, registry: Registry) -> None:
        self._pipe = _Pipe(stream, registry)
        self._sink = _Sink(self._pipe)
        # Whatever is written fits this encoding; what fits that of the stream behind, that one says.
        io.TextIOWrapper.__init__(
            self,
            self._sink,
            encoding="utf-8",
            errors="surrogatepass",
            newline="\n",
            line_buffering=stream.line_buffering,
            write_through=stream.write_through,
        )
        # Each look at a block costs as much as a few kilobytes of it. Python's own is 8 KB; a line or a flush ends a
        # block as it does there.
        self._CHUNK_SIZE = _BLOCK
        _ALL.add(self)

    def push(self) -> None:
        self._sink.pushing = threading.get_ident()
        try:
            io.TextIOWrapper.flush(self)
        finally:
            self._sink.pushing = 0

    def release(self) -> None:
        self.push()
        super().release()

    def forked(self) -> None:
        super().forked()
        # What is gathered the parent passes on.
        self._sink.drops = True
        self.push()
        self._sink.drops = False

    def close(self) -> None:
        if not self.closed:
            with contextlib.suppress(ValueError):
                self.release()
            io.TextIOWrapper.close(self)
            self.closed = True
            self._pipe.stream.close()

    def __del__(self) -> None:
        # io's own would close the stream behind, which belongs to the process.
        with contextlib.suppress(Exception):
            self.release()

    def reconfigure(self, **options: Any) -> None:
        """Like ``io.TextIOWrapper.reconfigure``."""
        self.push()
        stream = self._pipe.stream
        stream.reconfigure(**options)
        self._pipe.use_encoding()
        io.TextIOWrapper.reconfigure(self, line_buffering=stream.line_buffering, write_through=stream.write_through)


class _Sink(io.BufferedIOBase):
    """Takes what a :class:`RedactingText` has gathered."""

    closed = False

    def __init__(self, pipe: _Pipe) -> None:
        self._pipe = pipe
        self.pushing = 0
        """The thread that passes on without a flush."""
        self.drops = False

    def write(self, data: Any, /) -> int:
        if not self.drops:
            self._pipe.write(bytes(data).decode("utf-8", "surrogatepass"))
        return len(data)

    def flush(self) -> None:
        if self.pushing != threading.get_ident():
            self._pipe.stream.flush()

    def close(self) -> None:
        self.closed = True

    def __del__(self) -> None:
        return

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._pipe.stream.fileno())

    def isatty(self) -> bool:
        return bool(self._pipe.stream.isatty())

    @property
    def name(self) -> Any:
        return self._pipe.stream.name


def redacting(stream: Any, registry: Registry) -> Redacting:
    """Return a stream in front of this one that shows none of the values."""
    return (RedactingText if type(stream) is io.TextIOWrapper else RedactingStream)(stream, registry)


class _RedactingBuffer(io.BufferedIOBase):
    """What writes bytes to the same stream."""

    def __init__(self, text: Redacting, pipe: _Pipe) -> None:
        self._text = text
        self._pipe = pipe

    def write(self, data: Any, /) -> int:
        content = bytes(data)
        self._text.push()
        self._pipe.write_bytes(content)
        return len(content)

    def flush(self) -> None:
        self._text.push()
        self._pipe.stream.flush()

    def close(self) -> None:
        return

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._pipe.stream.fileno())

    def isatty(self) -> bool:
        return bool(self._pipe.stream.isatty())

    @property
    def raw(self) -> _RedactingBuffer:
        """The same: nothing is written past the redaction."""
        return self


_ALL: weakref.WeakSet[Redacting] = weakref.WeakSet()


def release_all() -> None:
    """Pass on what every stream holds back; for the end of the process."""
    for stream in list(_ALL):
        with contextlib.suppress(Exception):
            stream.release()


def _after_fork() -> None:
    for stream in list(_ALL):
        with contextlib.suppress(Exception):
            stream.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
