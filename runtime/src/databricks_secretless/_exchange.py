"""Token exchange with any OAuth service: RFC 8693, or client credentials with a client assertion (RFC 7523 2.2)."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from ._address import origin_of
from ._credential import TokenCache, identity_token, presented, token_endpoint, token_of
from ._errors import (
    AddressRefusedError,
    KindMismatchError,
    NotSerializableError,
    RequestInvalidError,
    boundary,
)
from ._http import form_answer
from ._manifest import Grant
from ._rest import RestSession
from ._secret import AccessToken

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWT = "urn:ietf:params:oauth:token-type:jwt"
_SECRETS = frozenset(
    {
        "access_token",
        "refresh_token",
        "id_token",
        "client_secret",
        "subject_token",
        "actor_token",
        "client_assertion",
    }
)


class Exchange:
    """The tokens that an OAuth service gives for this purpose's token; an azure-core ``TokenCredential`` too."""

    def __init__(
        self,
        grant: Grant,
        endpoint: str,
        fields: Mapping[str, str],
        subject_scope: str | None,
        carrier: str,
    ) -> None:
        self._endpoint = token_endpoint(endpoint)
        if _SECRETS & {name.lower() for name in fields}:
            raise RequestInvalidError(
                "A field of the exchange is a token or a secret.",
                "Nothing is stored: the purpose's token is sent.",
            )
        if subject_scope is None and grant.kind == "unity_catalog_credential":
            raise KindMismatchError(
                "Which token the service wants is not known.",
                'Give its scope: subject_scope="api://.../.default".',
            )
        self._grant = grant
        self._fields = dict(fields)
        self._subject_scope = subject_scope
        self._carrier = carrier
        self._answer: dict[str, str] = {}
        self._lock = threading.Lock()
        self._cache = TokenCache(self._fetch)

    def __repr__(self) -> str:
        return f"<Exchange with {origin_of(self._endpoint, 'The token endpoint')}>"

    def __reduce__(self) -> Any:
        raise NotSerializableError("An exchange was to be pickled.", "Make it in the function that uses it.")

    def _fetch(self, scopes: tuple[str, ...], _claims: str | None) -> AccessToken:
        subject = identity_token(self._grant, (self._subject_scope,)) if self._subject_scope else presented(self._grant)
        fields = {**self._fields, self._carrier: subject.token}
        if scopes:
            fields["scope"] = " ".join(scopes)
        answer = form_answer(self._endpoint, fields)
        token = token_of(answer, self._endpoint)
        body: dict[str, Any] = answer.json()
        with self._lock:
            self._answer = {
                name: value for name, value in body.items() if isinstance(value, str) and name not in _SECRETS
            }
        return token

    @boundary
    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        """Return a token, valid now; ``scopes`` are asked of the service instead of the exchange's own.

        Raises:
            ExchangeRefusedError: the service gives none.

        """
        return self._cache.get(scopes)

    @boundary
    def field(self, name: str) -> str:
        """Return another member of the service's answer, such as Salesforce's ``instance_url``; empty if absent."""
        self._cache.get(())
        return self._answer.get(name, "")

    @boundary
    def rest(self, base_url: str) -> RestSession:
        """Return a session whose bearer is this exchange's token, for one origin.

        Args:
            base_url: the API's; it must be one that the service of this endpoint is meant for.

        """

        def renew(refused: str | None) -> AccessToken:
            return self._cache.get((), refused=refused)

        return RestSession(base_url, renew)


def exchange_fields(
    grant: str,
    *,
    client_id: str | None,
    audience: str | None,
    resource: str | None,
    scope: str | None,
    subject_token_type: str,
    requested_token_type: str | None,
    extra: Mapping[str, str],
) -> tuple[dict[str, str], str]:
    """Return the form of an exchange without the token, and the name of the token's field."""
    optional = {"client_id": client_id, "scope": scope, **extra}
    if grant == "token-exchange":
        optional = {
            **optional,
            "audience": audience,
            "resource": resource,
            "requested_token_type": requested_token_type,
        }
        fields = {"grant_type": TOKEN_EXCHANGE, "subject_token_type": subject_token_type}
        carrier = "subject_token"
    elif grant == "client-credentials":
        if audience is not None or requested_token_type is not None:
            raise RequestInvalidError("Client credentials have no audience.", "Give scope or resource.")
        optional["resource"] = resource
        fields = {"grant_type": "client_credentials", "client_assertion_type": CLIENT_ASSERTION}
        carrier = "client_assertion"
    else:
        raise RequestInvalidError("The grant is not known.", "Use token-exchange or client-credentials.")
    if resource is not None and "#" in resource:
        raise AddressRefusedError("A resource has no fragment (RFC 8707).", "Leave it out.")
    taken = set(extra) & {*fields, carrier}
    if taken:
        raise RequestInvalidError(f"The field {min(taken)} is the exchange's own.", "Leave it out of extra.")
    return {**fields, **{name: value for name, value in optional.items() if value is not None}}, carrier
