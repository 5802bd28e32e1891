"""Keeps the values of this process out of its output.

From the first registered value on: ``sys.stdout`` and ``sys.stderr`` (and so tracebacks, warnings and ``displayhook``),
every ``logging`` handler, and what IPython displays. Best effort: docs/runtime.md says what it cannot catch.
"""

from __future__ import annotations

import atexit
import functools
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from ._registry import REDACTED, Registry
from ._streams import Redacting, redacting, release_all

_REGISTRY = Registry()
_LOCK = threading.Lock()
_DONE: set[str] = set()


def redact(value: str | bytes) -> None:
    """Keep a value that came from elsewhere out of this process's output, in all its written forms.

    Args:
        value: at least eight characters; bytes are taken as UTF-8.

    Raises:
        ValueTooShortError: fewer than eight characters, or nothing but white space.

    """
    register(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)


def register(value: str, expires: float = float("inf")) -> str:
    """Register a value that this package fetched, and return it. ``expires``: epoch seconds."""
    _REGISTRY.add(value, expires)
    install()
    return value


def redacted(text: str) -> str:
    """Return the text without any registered value."""
    return _REGISTRY.redact(text)


def install() -> None:
    """Put the redaction in front of whatever shows output now; does nothing where it is there already."""
    with _LOCK:
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is not None and not isinstance(stream, Redacting):
                setattr(sys, name, redacting(stream, _REGISTRY))
        if "logging" not in _DONE:
            _DONE.add("logging")
            atexit.register(release_all)
            _install_logging()
        _install_ipython()


def _install_logging() -> None:
    previous = logging.getLogRecordFactory()

    @functools.wraps(previous)
    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = previous(*args, **kwargs)
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - a mistake of the caller's; logging itself reports it
            return record
        shown = redacted(message)
        if shown != message:
            record.msg, record.args = shown, ()
        return record

    logging.setLogRecordFactory(factory)
    formatted = logging.Handler.format

    @functools.wraps(formatted)
    def format_redacted(self: logging.Handler, record: logging.LogRecord) -> str:
        # Also exceptions, stacks and extra fields, whatever the formatter makes of them.
        text = formatted(self, record)
        return text if isinstance(getattr(self, "stream", None), Redacting) else redacted(text)

    logging.Handler.format = format_redacted  # type: ignore[method-assign]


def _install_ipython() -> None:
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    if shell is None or getattr(shell, "_databricks_secretless", False):
        return
    shell._databricks_secretless = True  # noqa: SLF001
    _wrap(getattr(shell, "display_formatter", None), "format")
    _wrap(getattr(shell, "InteractiveTB", None), "structured_traceback")
    _wrap(getattr(shell, "SyntaxTB", None), "structured_traceback")
    publisher: Any = getattr(shell, "display_pub", None)
    publish = getattr(publisher, "publish", None)
    if publish is None:
        return

    @functools.wraps(publish)
    def publish_redacted(data: Any, *args: Any, **kwargs: Any) -> Any:
        return publish(_everywhere(data), *args, **kwargs)

    publisher.publish = publish_redacted


def _wrap(owner: Any, name: str) -> None:
    """Redact what a method returns."""
    method: Callable[..., Any] | None = getattr(owner, name, None)
    if method is None:
        return

    @functools.wraps(method)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return _everywhere(method(*args, **kwargs))

    setattr(owner, name, wrapped)


def _everywhere(value: Any) -> Any:
    """Redact every text in a value made of plain containers."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, bytes):
        text = value.decode("utf-8", "surrogateescape")
        shown = redacted(text)
        return value if shown == text else shown.encode("utf-8", "surrogateescape")
    if type(value) is dict:
        return {_everywhere(key): _everywhere(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_everywhere(item) for item in value)
    return value


def _after_fork() -> None:
    global _LOCK  # noqa: PLW0603
    _LOCK = threading.Lock()
    _REGISTRY.unlock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

__all__ = ["REDACTED", "install", "redact", "redacted", "register"]
