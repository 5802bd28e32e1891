"""Every way in which this package fails: one class a situation, each with code, cause and remedy.

No text holds a token or a secret, and no error carries the exception of a client library with it (``__cause__`` and
``__context__`` are empty): such exceptions may hold requests, headers and local variables.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


class SecretlessError(Exception):
    """Base of all errors of this package.

    Attributes:
        code: stable, for programs, for example ``PURPOSE_UNKNOWN``.
        cause: what is wrong, in one sentence.
        remedy: what to do about it.

    """

    code = "SECRETLESS"

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"{self.code}: {cause} {remedy}")
        self.cause = cause
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[SecretlessError], tuple[str, str]]:
        return type(self), (self.cause, self.remedy)


class ManifestNotFoundError(SecretlessError):
    """No ``secretless-access.json`` beside the running code or above it."""

    code = "MANIFEST_NOT_FOUND"


class ManifestInvalidError(SecretlessError):
    """The manifest is not what the deployment writes."""

    code = "MANIFEST_INVALID"


class ManifestTooNewError(SecretlessError):
    """The manifest was written by a newer version of the product."""

    code = "MANIFEST_TOO_NEW"


class PurposeUnknownError(SecretlessError):
    """No job of this bundle was granted a purpose of this name."""

    code = "PURPOSE_UNKNOWN"


class PurposeOfAnotherJobError(SecretlessError):
    """The purpose was granted, but not to the job that asks."""

    code = "PURPOSE_OF_ANOTHER_JOB"


class PurposeOfAnotherTargetError(SecretlessError):
    """The purpose is declared for other targets of the bundle alone."""

    code = "PURPOSE_OF_ANOTHER_TARGET"


class PurposeAmbiguousError(SecretlessError):
    """Several jobs have the purpose, and which of them runs is not known."""

    code = "PURPOSE_AMBIGUOUS"


class AccessExpiredError(SecretlessError):
    """The day in ``until`` is over."""

    code = "ACCESS_EXPIRED"


class KindMismatchError(SecretlessError):
    """What was asked for does not come with this kind of access, or this cloud."""

    code = "KIND_MISMATCH"


class NotOnDatabricksError(SecretlessError):
    """There is no Databricks runtime, and nobody asked for a laptop's sign-in."""

    code = "NOT_ON_DATABRICKS"


class RuntimeTooOldError(SecretlessError):
    """The Databricks Runtime has no service credentials."""

    code = "RUNTIME_TOO_OLD"


class ExtraNotInstalledError(SecretlessError):
    """The client library of a service is not installed."""

    code = "EXTRA_NOT_INSTALLED"


class CredentialRefusedError(SecretlessError):
    """Unity Catalog does not let the run-as principal use the credential (or secret)."""

    code = "CREDENTIAL_REFUSED"


class CredentialNotFoundError(SecretlessError):
    """Unity Catalog has no such credential (or secret), or hides it from the run-as principal."""

    code = "CREDENTIAL_NOT_FOUND"


class CredentialFailedError(SecretlessError):
    """No token could be had, for another reason than a refusal."""

    code = "CREDENTIAL_FAILED"


class ScopeUnknownError(SecretlessError):
    """Which scope the token needs does not follow from the address."""

    code = "SCOPE_UNKNOWN"


class AddressRefusedError(SecretlessError):
    """The address is not https, is malformed, or is not one of the service's hosts."""

    code = "ADDRESS_REFUSED"


class RedirectRefusedError(SecretlessError):
    """A server sent the request somewhere that it must not go."""

    code = "REDIRECT_REFUSED"


class RequestInvalidError(SecretlessError):
    """A request that cannot be sent as it is: a header, a parameter, a method."""

    code = "REQUEST_INVALID"


class ServiceUnavailableError(SecretlessError):
    """The service could not be reached."""

    code = "SERVICE_UNAVAILABLE"


class HttpStatusError(SecretlessError):
    """The service answered with an error; ``status`` has the number."""

    code = "HTTP_STATUS"

    def __init__(self, cause: str, remedy: str, status: int = 0) -> None:
        super().__init__(cause, remedy)
        self.status = status

    def __reduce__(self) -> tuple[type[SecretlessError], tuple[str, str, int]]:  # type: ignore[override]
        return type(self), (self.cause, self.remedy, self.status)


class TokenEndpointRefusedError(SecretlessError):
    """The address of a token endpoint is not https."""

    code = "TOKEN_ENDPOINT_REFUSED"


class ExchangeRefusedError(SecretlessError):
    """A token endpoint did not give a token for ours."""

    code = "EXCHANGE_REFUSED"


class SecretNotFoundError(SecretlessError):
    """The vault has no such secret."""

    code = "SECRET_NOT_FOUND"


class SecretRefusedError(SecretlessError):
    """The vault does not let this identity read the secret."""

    code = "SECRET_REFUSED"


class ValueTooShortError(SecretlessError):
    """A value too short to be redacted: too much of ordinary output would be."""

    code = "VALUE_TOO_SHORT"


class NotSerializableError(SecretlessError, TypeError):
    """A value that must not leave this process was to be pickled."""

    code = "NOT_SERIALIZABLE"


def boundary(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make errors leave a public function without the frames below it, whose variables hold requests and tokens.

    Tools that record local variables (``%xmode Verbose``, error reporting) would keep them.
    """

    @functools.wraps(function)
    def bounded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except SecretlessError as error:
            failure = error
        failure.__cause__ = failure.__context__ = None
        raise failure.with_traceback(None)

    return bounded
