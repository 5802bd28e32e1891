"""One HTTP request over the standard library. Follows no redirect, and shows nothing of what it sends."""

from __future__ import annotations

import http.client
import json
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import Any, NoReturn
from urllib.parse import urlsplit

from ._address import origin_of
from ._errors import HttpStatusError, RequestInvalidError, ServiceUnavailableError
from ._secret import Secret

TIMEOUT = 60.0
"""Seconds without an answer, or between two pieces of it."""
_OK = range(200, 400)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]*|(?i:bearer)\s+\S+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Response:
    """An answer: ``status_code``, ``headers`` (any case), ``content``, ``text``, ``json()``."""

    def __init__(self, status_code: int, headers: Message, content: bytes, url: str) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self.url = url

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status_code in _OK

    @property
    def text(self) -> str:
        """The content in the encoding that it names, else UTF-8."""
        charset = self.headers.get_content_charset() or "utf-8"
        try:
            return self.content.decode(charset, "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the content as JSON.

        Raises:
            HttpStatusError: it is not JSON; the content is not in the text.

        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            pass
        raise HttpStatusError(
            f"{place_of(self.url)} answered {self.status_code} with something that is not JSON.",
            "Look whether a proxy or a sign-in page stands between the job and the service.",
            self.status_code,
        )

    def raise_for_status(self) -> Response:
        """Return itself.

        Raises:
            HttpStatusError: the status is 400 or more. The text holds the service's own code and message, without
                tokens, and of the URL no query.

        """
        if self.ok:
            return self
        raise HttpStatusError(
            f"{place_of(self.url)} answered {self.status_code}{_said(self)}.",
            "See the service's documentation of this answer.",
            self.status_code,
        )


def _said(response: Response) -> str:
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    error = body.get("error", body.get("error_code"))
    parts = [error.get("code"), error.get("message")] if isinstance(error, dict) else [error]
    parts += [body.get("error_description"), body.get("message")]
    said = ": ".join(clean(part) for part in parts if isinstance(part, str) and part)
    return f" ({said})" if said else ""


def clean(text: str, longest: int = 300) -> str:
    """Return what a server said, fit for an error: one line, no token, no registered value."""
    from ._redact import REDACTED, redacted

    shown = redacted(_JWT.sub(REDACTED, _CONTROL.sub(" ", text))).strip()
    return shown if len(shown) <= longest else f"{shown[:longest]}…"


def place_of(url: str) -> str:
    """Return a URL without its query, fit for an error."""
    return clean(urlsplit(url)._replace(query="", fragment="").geturl())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves every redirect to the caller, as an answer like others."""

    def http_error_302(self, *_args: Any, **_kwargs: Any) -> None:
        return None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def send(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    bearer: Secret | None = None,
    timeout: float = TIMEOUT,
) -> Response:
    """Send one request and return the answer, whatever its status.

    Raises:
        AddressRefusedError: the URL may not be called.
        RequestInvalidError: the method or a header is malformed; its value is not in the text.
        ServiceUnavailableError: no answer.

    """
    origin = origin_of(url, "The address")
    _check(method, headers)
    answer = _sent(method, url, headers, body, bearer, timeout, direct=origin.is_loopback)
    if isinstance(answer, str):
        raise ServiceUnavailableError(
            f"{origin} did not answer: {answer}.",
            "Look at the network of the compute: DNS, firewall, proxy, TLS.",
        )
    return answer


def _check(method: str, headers: Mapping[str, str]) -> None:
    if _TOKEN.fullmatch(method) is None:
        _invalid("The method is no HTTP method")
    for name, value in headers.items():
        if not isinstance(name, str) or _TOKEN.fullmatch(name) is None:
            _invalid("A header's name is malformed")
        if not isinstance(value, str) or _HEADER_VALUE.fullmatch(value) is None:
            _invalid(f"The value of the header {name} has a line break, a control character or no Latin-1 text")


def _invalid(cause: str) -> NoReturn:
    raise RequestInvalidError(f"{cause}.", "Nothing was sent; mend the request.")


def _sent(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    bearer: Secret | None,
    timeout: float,
    *,
    direct: bool,
) -> Response | str:
    """Return the answer, or why there is none. It raises nothing, so that no traceback holds its variables."""
    try:
        request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310
        if bearer is not None:
            request.add_unredirected_header("Authorization", f"Bearer {bearer.reveal()}")
        handlers: list[urllib.request.BaseHandler] = [
            _NoRedirect(),
            urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        ]
        if direct:
            handlers.append(urllib.request.ProxyHandler({}))
        with urllib.request.build_opener(*handlers).open(request, timeout=timeout) as answer:
            return Response(answer.status, answer.headers, answer.read(), url)
    except urllib.error.HTTPError as error:
        try:
            with error:
                return Response(error.code, error.headers, error.read(), url)
        except (OSError, http.client.HTTPException) as broken:
            return type(broken).__name__
    except urllib.error.URLError as error:
        return clean(str(error.reason))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__


def form_answer(url: str, fields: Mapping[str, str], *, timeout: float = TIMEOUT) -> Response:
    """POST a form (``application/x-www-form-urlencoded``) and return the answer."""
    from urllib.parse import urlencode

    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return send("POST", url, headers, urlencode(fields).encode("ascii"), timeout=timeout)
