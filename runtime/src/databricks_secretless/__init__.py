"""Uses what a Databricks job was granted, by purpose: nothing stored, nothing shown.

>>> from databricks_secretless import access
>>> hr = access("read-hr-directory")
>>> users = hr.rest("https://graph.microsoft.com").get("/v1.0/users").json()
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._access import Access, access
    from ._credential import Credential
    from ._errors import (
        AccessExpiredError,
        AddressRefusedError,
        CredentialFailedError,
        CredentialNotFoundError,
        CredentialRefusedError,
        ExchangeRefusedError,
        ExtraNotInstalledError,
        HttpStatusError,
        KindMismatchError,
        ManifestInvalidError,
        ManifestNotFoundError,
        ManifestTooNewError,
        NotOnDatabricksError,
        NotSerializableError,
        PurposeAmbiguousError,
        PurposeOfAnotherJobError,
        PurposeOfAnotherTargetError,
        PurposeUnknownError,
        RedirectRefusedError,
        RequestInvalidError,
        RuntimeTooOldError,
        ScopeUnknownError,
        SecretlessError,
        SecretNotFoundError,
        SecretRefusedError,
        ServiceUnavailableError,
        TokenEndpointRefusedError,
        ValueTooShortError,
    )
    from ._exchange import Exchange
    from ._http import Response
    from ._redact import redact
    from ._rest import RestSession
    from ._secret import AccessToken, HiddenOptions, Secret
    from ._services import KeyVault

__all__ = [
    "Access",
    "AccessExpiredError",
    "AccessToken",
    "AddressRefusedError",
    "Credential",
    "CredentialFailedError",
    "CredentialNotFoundError",
    "CredentialRefusedError",
    "Exchange",
    "ExchangeRefusedError",
    "ExtraNotInstalledError",
    "HiddenOptions",
    "HttpStatusError",
    "KeyVault",
    "KindMismatchError",
    "ManifestInvalidError",
    "ManifestNotFoundError",
    "ManifestTooNewError",
    "NotOnDatabricksError",
    "NotSerializableError",
    "PurposeAmbiguousError",
    "PurposeOfAnotherJobError",
    "PurposeOfAnotherTargetError",
    "PurposeUnknownError",
    "RedirectRefusedError",
    "RequestInvalidError",
    "Response",
    "RestSession",
    "RuntimeTooOldError",
    "ScopeUnknownError",
    "Secret",
    "SecretNotFoundError",
    "SecretRefusedError",
    "SecretlessError",
    "ServiceUnavailableError",
    "TokenEndpointRefusedError",
    "ValueTooShortError",
    "access",
    "redact",
]


def __getattr__(name: str) -> object:
    """Load the package at its first use (PEP 562): importing it costs what an empty package costs."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from . import _public

    value: object = getattr(_public, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__]
