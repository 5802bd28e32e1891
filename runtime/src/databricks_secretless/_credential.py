"""Tokens: asked for once however many threads want them, renewed before they expire."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from ._address import origin_of
from ._databricks import service_provider, vended
from ._errors import (
    AddressRefusedError,
    CredentialFailedError,
    ExchangeRefusedError,
    KindMismatchError,
    SecretlessError,
    TokenEndpointRefusedError,
    boundary,
)
from ._http import Response, clean, form_answer
from ._manifest import Grant
from ._secret import AccessToken

_EARLY = 300.0
"""Seconds before its end at which a token is renewed; less for tokens of a short life."""
_SHARE = 0.3
"""Share of a token's life that is not used, if this is less."""

Fetch = Callable[[tuple[str, ...], str | None], AccessToken]


class TokenCache:
    """One token a scope. Safe for threads; a forked process starts with locks of its own."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.time) -> None:
        self._fetch = fetch
        self._clock = clock
        self._tokens: dict[tuple[str, ...], AccessToken] = {}
        self._locks: dict[tuple[int, tuple[str, ...]], threading.Lock] = {}

    def get(self, scopes: tuple[str, ...], claims: str | None = None, refused: str | None = None) -> AccessToken:
        """Return a valid token.

        Args:
            scopes: what it is for.
            claims: a claims challenge; asks for a new token.
            refused: a token that the service has refused; asks for a new one, once for all who hold this one.

        """
        held = self._tokens.get(scopes)
        if held is not None and claims is None and held.token != refused and self._is_fresh(held):
            return held
        usable = held is not None and claims is None and held.token != refused and held.expires_on > self._clock()
        lock = self._locks.setdefault((os.getpid(), scopes), threading.Lock())
        # While one thread renews, the others go on with the token that they have.
        if not lock.acquire(blocking=not usable) and held is not None:
            return held
        try:
            held = self._tokens.get(scopes)
            if held is not None and claims is None and held.token != refused and self._is_fresh(held):
                return held
            try:
                fresh = self._fetch(scopes, claims)
            except SecretlessError:
                if held is None or not usable:
                    raise
                # It lives on for a while: the next call tries again.
                return held
            self._tokens[scopes] = self._timed(fresh)
            return self._tokens[scopes]
        finally:
            lock.release()

    def _timed(self, token: AccessToken) -> AccessToken:
        now = self._clock()
        left = token.expires_on - now
        if left <= 0:
            raise CredentialFailedError(
                "The token that was vended has expired already.", "Look at the clock of the compute."
            )
        renewal = token.expires_on - min(_EARLY, left * _SHARE)
        return AccessToken(token.token, token.expires_on, min(renewal, token.refresh_on or renewal))

    def _is_fresh(self, token: AccessToken) -> bool:
        return token.refresh_on is not None and self._clock() < token.refresh_on


class Credential:
    """What a purpose gives: azure-core's ``TokenCredential`` and ``SupportsTokenInfo``, for any Azure SDK.

    It may be shipped to executors: what travels is the name of the purpose, never a token.
    """

    def __init__(self, grant: Grant) -> None:
        self._grant = grant
        self._cache = TokenCache(self._fetch)

    def __repr__(self) -> str:
        return f"<Credential for {self._grant.purpose!r} of job {self._grant.job!r}>"

    def __reduce__(self) -> tuple[type[Credential], tuple[Grant]]:
        return type(self), (self._grant,)

    @boundary
    def get_token(self, *scopes: str, claims: str | None = None, **_options: Any) -> AccessToken:
        """Return a token for the scopes, valid now.

        Args:
            scopes: such as ``https://vault.azure.net/.default``.
            claims: a claims challenge of the service.
            _options: azure-core's others (``tenant_id``, ``enable_cae``); the identity has one tenant.

        Raises:
            CredentialRefusedError: Unity Catalog refuses the run-as principal.

        """
        if not scopes:
            raise CredentialFailedError("get_token needs at least one scope.", "Name it, as the service documents it.")
        return self._cache.get(scopes, claims)

    @boundary
    def get_token_info(self, *scopes: str, options: Any = None) -> AccessToken:
        """Return the same as :meth:`get_token` in azure-core's newer form."""
        claims = options.get("claims") if isinstance(options, dict) else None
        return self.get_token(*scopes, claims=claims)

    def renewed(self, scope: str, refused: str) -> AccessToken:
        """Return another token than the one that the service has refused."""
        return self._cache.get((scope,), refused=refused)

    def close(self) -> None:
        """Do nothing; Azure clients call it."""

    def __enter__(self) -> Credential:  # noqa: PYI034 - Self is of Python 3.11
        return self

    def __exit__(self, *_args: object) -> None:
        self.close()

    def _fetch(self, scopes: tuple[str, ...], claims: str | None) -> AccessToken:
        if self._grant.kind == "entra_application":
            return self._application(scopes)
        return identity_token(self._grant, scopes, claims)

    def _application(self, scopes: tuple[str, ...]) -> AccessToken:
        """RFC 6749 4.4 with a client assertion (RFC 7523 2.2): the identity's token stands for the application."""
        grant = self._grant
        fields = {
            "grant_type": "client_credentials",
            "client_id": grant.get("client_id"),
            "scope": " ".join(scopes),
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": presented(grant).token,
        }
        url = f"{grant.get('authority').rstrip('/')}/{grant.get('tenant')}/oauth2/v2.0/token"
        return token_of(form_answer(token_endpoint(url), fields), url)


def identity_token(grant: Grant, scopes: tuple[str, ...], claims: str | None = None) -> AccessToken:
    """Return a token of the cloud identity behind the grant's service credential, from the platform."""
    provider = service_provider(grant)
    if not hasattr(provider, "get_token"):
        raise KindMismatchError(
            f'The service credential "{grant.credential}" gives no Azure tokens: it belongs to another cloud.',
            "On AWS use aws_session(region).",
        )
    options = {} if claims is None else {"claims": claims}
    token = vended(grant, provider.get_token, *scopes, **options)
    return AccessToken(token.token, token.expires_on, getattr(token, "refresh_on", None))


def presented(grant: Grant) -> AccessToken:
    """Return the token that the target of this grant trusts: for its audience, and for nothing else.

    Raises:
        KindMismatchError: the workspace's own issuer is presented (experimental), which this package does not do.

    """
    if grant.present is None:
        raise KindMismatchError(
            f'The purpose "{grant.purpose}" presents the workspace\'s own issuer, or nothing.',
            "Use `present: { credential, audience }` in access.yml.",
        )
    audience = grant.present.audience
    scope = audience if audience.endswith("/.default") else f"{audience}/.default"
    return identity_token(grant, (scope,))


def token_endpoint(url: str) -> str:
    """Return the address of a token endpoint.

    Raises:
        TokenEndpointRefusedError: it is not https (or this machine).

    """
    problem = ""
    try:
        origin_of(url, "The token endpoint")
    except AddressRefusedError as error:
        problem = error.cause
    if problem:
        raise TokenEndpointRefusedError(problem, "A token endpoint has https; http is for this machine alone.")
    return url


def token_of(answer: Response, url: str, now: Callable[[], float] = time.time) -> AccessToken:
    """Return the token in a token endpoint's answer (RFC 6749 5.1).

    Raises:
        ExchangeRefusedError: it holds none; with the endpoint's own code and description.

    """
    origin = origin_of(url, "The token endpoint")
    body = answer.json() if answer.content[:1] in (b"{", b" ", b"\n") else {}
    body = body if isinstance(body, dict) else {}
    token, life = body.get("access_token"), body.get("expires_in", 3600)
    if answer.status_code != 200 or not isinstance(token, str) or not token:  # noqa: PLR2004
        said = " ".join(str(body[key]) for key in ("error", "error_description") if isinstance(body.get(key), str))
        raise ExchangeRefusedError(
            f"{origin} gave no token: {answer.status_code}{f' {clean(said)}' if said else ''}.",
            "Compare issuer, subject and audience of the identity with what the target trusts.",
        )
    seconds = int(life) if isinstance(life, (int, float, str)) and str(life).isdigit() else 3600
    return AccessToken(token, int(now()) + seconds)
