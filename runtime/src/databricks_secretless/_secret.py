"""Holders of values that must not be shown."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from ._errors import NotSerializableError
from ._redact import REDACTED, register


class _Hidden:
    """Shows ``[REDACTED]`` however it is asked, and refuses to be pickled."""

    __slots__ = ()

    def __repr__(self) -> str:
        return REDACTED

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return REDACTED

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise NotSerializableError(
            "A fetched value was to be pickled or shipped to another process.",
            "Fetch it where it is used: access(...) works on executors too.",
        )

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self


class Secret(_Hidden):
    """A value that was fetched: shown as ``[REDACTED]``; :meth:`reveal` gives it to the client that needs it."""

    __slots__ = ("_value",)
    _value: str

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", register(value))

    def reveal(self) -> str:
        """Return the value itself. Output of this process still shows ``[REDACTED]`` for it."""
        return self._value

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode("utf-8", "replace"), other._value.encode("utf-8", "replace"))

    def __hash__(self) -> int:
        return hash(self._value)


class AccessToken(_Hidden):
    """An access token in the shape of azure-core's ``AccessToken`` and ``AccessTokenInfo``.

    Attributes:
        token: for the header of a request.
        expires_on: epoch seconds.
        refresh_on: epoch seconds from which a new one is asked for.
        token_type: ``Bearer``.

    """

    __slots__ = ("expires_on", "refresh_on", "token", "token_type")

    def __init__(self, token: str, expires_on: int, refresh_on: float | None = None) -> None:
        self.token = register(token, float(expires_on))
        self.expires_on = expires_on
        self.refresh_on = refresh_on
        self.token_type = "Bearer"  # noqa: S105


class HiddenOptions(_Hidden, Mapping[str, str]):
    """Options that hold a token, for ``**options``; neither ``repr`` nor ``json`` show them."""

    __slots__ = ("_options",)

    def __init__(self, options: Mapping[str, str]) -> None:
        self._options = dict(options)

    def __getitem__(self, name: str) -> str:
        return self._options[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._options)

    def __len__(self) -> int:
        return len(self._options)
