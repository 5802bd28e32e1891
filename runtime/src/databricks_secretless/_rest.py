"""A session for one origin: the bearer for it and nothing else, patience with throttling, one renewal on 401."""

from __future__ import annotations

import json as _json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from ._address import origin_of
from ._errors import (
    AddressRefusedError,
    NotSerializableError,
    RedirectRefusedError,
    RequestInvalidError,
    boundary,
)
from ._http import TIMEOUT, Response, send
from ._secret import AccessToken, Secret

_ATTEMPTS = 5
_LONGEST_WAIT = 120.0
"""Seconds. Where a service asks for more, its answer is returned."""
_REDIRECTS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_IDEMPOTENT = _SAFE | {"PUT", "DELETE"}
_OURS = frozenset({"authorization", "proxy-authorization", "host", "content-length", "transfer-encoding", "connection"})
_EVERYWHERE = frozenset({"accept", "accept-language", "user-agent"})
"""Headers that may go to another origin after a redirect."""

Renew = Callable[[str | None], AccessToken]
Query = Mapping[str, Any]


class RestSession:
    """Requests to one origin, in the manner of ``requests``; safe for threads.

    The bearer goes to the origin of ``base_url`` alone. A redirect within the origin is followed with it; one to
    another https origin without it, without a body and the caller's headers; one to http is refused.
    """

    def __init__(self, base_url: str, renew: Renew, sleep: Callable[[float], None] = time.sleep) -> None:
        self._origin = origin_of(base_url, "The base URL")
        parts = urlsplit(base_url)
        if parts.query or parts.fragment or "?" in base_url or "#" in base_url:
            raise AddressRefusedError("The base URL has a query or a fragment.", "Give them with each request.")
        self._base = f"{self._origin}{parts.path.rstrip('/')}"
        self._renew = renew
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"<RestSession for {self._base}>"

    def __reduce__(self) -> Any:
        raise NotSerializableError("A session was to be pickled.", "Make it in the function that uses it.")

    @boundary
    def request(
        self,
        method: str,
        path: str,
        *,
        params: Query | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: bytes | str | Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
    ) -> Response:
        """Send a request and return the answer, whatever its status.

        Args:
            method: ``GET``, ``POST`` …
            path: appended to ``base_url``; or a whole URL of the same origin, such as a link to the next page.
            params: query parameters; a value may be a list; ``None`` is left out.
            headers: more headers; ``Authorization`` and ``Host`` are this session's.
            json: a body as JSON.
            data: a body as it is, or a form.
            timeout: seconds without an answer.

        Raises:
            AddressRefusedError: a URL of another origin.
            RedirectRefusedError: a redirect that must not be followed.
            ServiceUnavailableError: no answer.

        """
        method = method.upper()
        url = self._url(path, params)
        body, kind = _body(json, data)
        own = {"Accept": "*/*", **({"Content-Type": kind} if kind else {})}
        for name, value in (headers or {}).items():
            if name.strip().lower() in _OURS:
                raise RequestInvalidError(f"The header {name.strip()[:40]} is this session's.", "Leave it out.")
            own = {**{key: held for key, held in own.items() if key.lower() != name.lower()}, name: value}
        answer = self._patiently(method, url, own, body, timeout)
        return self._followed(answer, method, own, body, timeout)

    def get(self, path: str, **options: Any) -> Response:
        """GET; see :meth:`request`."""
        return self.request("GET", path, **options)

    def head(self, path: str, **options: Any) -> Response:
        """HEAD; see :meth:`request`."""
        return self.request("HEAD", path, **options)

    def post(self, path: str, **options: Any) -> Response:
        """POST; see :meth:`request`."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Response:
        """PUT; see :meth:`request`."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Response:
        """PATCH; see :meth:`request`."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Response:
        """DELETE; see :meth:`request`."""
        return self.request("DELETE", path, **options)

    def pages(self, path: str, **options: Any) -> Iterator[Any]:
        """Yield the items of an OData collection, over all its pages (``value``, ``@odata.nextLink``).

        Raises:
            HttpStatusError: a page was answered with an error.
            AddressRefusedError: a link leads to another origin.

        """
        page = self.get(path, **options).raise_for_status().json()
        seen = {path}
        while True:
            yield from page.get("value", [])
            following = page.get("@odata.nextLink")
            if not isinstance(following, str) or following in seen:
                return
            seen.add(following)
            # The link has the query of its own.
            rest = {name: value for name, value in options.items() if name != "params"}
            page = self.get(following, **rest).raise_for_status().json()

    def _url(self, path: str, params: Query | None) -> str:
        absolute = "://" in path.split("?", 1)[0] or path.startswith(("//", "\\"))
        url = urljoin(f"{self._base}/", path) if absolute else f"{self._base}/{path.lstrip('/')}"
        if origin_of(url, "The address of the request") != self._origin:
            raise AddressRefusedError(
                f"This session is for {self._origin} alone, and the address is of another origin.",
                "Make a session for that origin with rest(...).",
            )
        pairs = [(name, value) for name, value in (params or {}).items() if value is not None]
        query = urlencode(pairs, doseq=True)
        url = url.split("#", 1)[0]
        return url if not query else f"{url}{'&' if '?' in url else '?'}{query}"

    def _patiently(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> Response:
        token = self._renew(None)
        renewed = False
        attempt = 0
        while True:
            answer = send(method, url, headers, body, bearer=Secret(token.token), timeout=timeout)
            if answer.status_code == 401 and not renewed:  # noqa: PLR2004
                renewed = True
                fresh = self._renew(token.token)
                if fresh.token == token.token:
                    return answer
                token = fresh
                continue
            attempt += 1
            wait = _wait(answer, method, attempt)
            if wait is None:
                return answer
            self._sleep(wait)
            token = self._renew(None)

    def _followed(
        self, answer: Response, method: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> Response:
        inside = True
        for _ in range(_REDIRECTS):
            location = answer.headers.get("Location")
            if answer.status_code not in _MOVED or location is None:
                return answer
            url = urljoin(answer.url, location)
            if answer.status_code == 303 or (answer.status_code in (301, 302) and method == "POST"):  # noqa: PLR2004
                method, body = "GET" if method != "HEAD" else method, None
                headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
            origin = _redirect_origin(url)
            # Once outside, what comes next was chosen there: it gets no bearer, though it leads back.
            inside = inside and origin == self._origin
            if inside:
                answer = self._patiently(method, url, headers, body, timeout)
                continue
            if method not in _SAFE or body is not None:
                raise RedirectRefusedError(
                    f"{self._origin} sends a {method} on to {origin}.", "Call that one yourself."
                )
            if (origin.scheme == "http" or origin.is_loopback) and not self._origin.is_loopback:
                raise RedirectRefusedError(
                    f"{self._origin} sends on to {origin}, on this machine or unencrypted.",
                    "Use its https address.",
                )
            headers = {name: value for name, value in headers.items() if name.lower() in _EVERYWHERE}
            answer = send(method, url, headers, timeout=timeout)
        raise RedirectRefusedError(f"{self._origin} sends on and on.", "Call the final address.")


def _redirect_origin(url: str) -> Any:
    problem = ""
    try:
        return origin_of(url, "It")
    except AddressRefusedError as error:
        problem = error.cause
    raise RedirectRefusedError(
        f"The answer sends on to an address that is refused. {problem}", "Call the final address."
    )


def _body(json: Any, data: bytes | str | Mapping[str, str] | None) -> tuple[bytes | None, str]:
    if json is not None and data is not None:
        raise RequestInvalidError("Both json and data were given.", "Give one of them.")
    if json is not None:
        try:
            return _json.dumps(json).encode(), "application/json"
        except (TypeError, ValueError):
            pass
        raise RequestInvalidError("The body cannot be written as JSON.", "Use plain values; reveal() a Secret.")
    if isinstance(data, Mapping):
        return urlencode(data).encode(), "application/x-www-form-urlencoded"
    if isinstance(data, str):
        return data.encode(), "text/plain; charset=utf-8"
    return data, "application/octet-stream" if data is not None else ""


def _wait(answer: Response, method: str, attempt: int) -> float | None:
    """Return how long to wait before the request is sent again (RFC 9110 10.2.3); ``None``: do not."""
    if answer.status_code not in (429, 503) or attempt >= _ATTEMPTS:
        return None
    asked = _retry_after(answer.headers.get("Retry-After"))
    # 503 without a time may have had an effect.
    if answer.status_code == 503 and asked is None and method not in _IDEMPOTENT:  # noqa: PLR2004
        return None
    wait = asked if asked is not None else 2.0 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311
    return wait if wait <= _LONGEST_WAIT else None


def _retry_after(text: str | None) -> float | None:
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:6])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
