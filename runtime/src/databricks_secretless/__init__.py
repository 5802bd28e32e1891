"""Uses what a Databricks job was granted, by purpose: nothing stored, nothing shown.

>>> from databricks_secretless import access
>>> hr = access("read-hr-directory")
>>> users = hr.rest("https://graph.microsoft.com").get("/v1.0/users").json()
"""

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
