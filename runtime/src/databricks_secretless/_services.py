"""Clients of Azure services: the vendor's own library where there is one, with the purpose's credential."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from ._address import Origin, origin_of, require_service
from ._credential import Credential
from ._databricks import extra
from ._errors import (
    AddressRefusedError,
    HttpStatusError,
    KindMismatchError,
    RequestInvalidError,
    SecretlessError,
    SecretNotFoundError,
    SecretRefusedError,
    boundary,
)
from ._http import clean
from ._rest import RestSession
from ._secret import HiddenOptions, Secret

_SECRET_NAME = "0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # noqa: S105
_KEY_VAULT_API = "7.4"
SQL_COPT_SS_ACCESS_TOKEN = 1256
"""Connection attribute of Microsoft's ODBC driver for an access token (msodbcsql.h)."""


def session(credential: Credential, base_url: str, scope: str) -> RestSession:
    """Return a session for one origin with tokens for one scope."""

    def renew(refused: str | None) -> Any:
        return credential.get_token(scope) if refused is None else credential.renewed(scope, refused)

    return RestSession(base_url, renew)


class KeyVault:
    """Secrets of one Azure Key Vault, over azure-keyvault-secrets where it is installed, else its REST API."""

    def __init__(self, credential: Credential, url: str) -> None:
        self._origin = origin_of(url, "The vault's URL")
        self._scope = require_service(self._origin, "Key Vault")
        self._credential = credential
        self._session = session(credential, str(self._origin), self._scope)

    def __repr__(self) -> str:
        return f"<KeyVault {self._origin}>"

    @boundary
    def get_secret(self, name: str, version: str | None = None) -> Secret:
        """Return a secret's value.

        Args:
            name: letters, digits and hyphens.
            version: a version of it; ``None``: the current one.

        Raises:
            SecretNotFoundError: there is none, or it is deleted or disabled.
            SecretRefusedError: the identity may not read it, or a firewall is between.
            ValueTooShortError: its value has fewer than eight characters.

        """
        for text in (name, version or "x"):
            if not text or any(character not in _SECRET_NAME for character in text):
                raise RequestInvalidError("A secret's name and version have letters, digits and hyphens.", "Mend it.")
        try:
            from azure.keyvault.secrets import SecretClient
        except ImportError:
            value = self._over_rest(name, version)
        else:
            value = self._over_sdk(SecretClient, name, version)
        return Secret(value)

    def _over_rest(self, name: str, version: str | None) -> str:
        path = f"/secrets/{quote(name)}/{quote(version or '')}".rstrip("/")
        answer = self._session.get(path, params={"api-version": _KEY_VAULT_API})
        if not answer.ok:
            said = ""
            try:
                answer.raise_for_status()
            except HttpStatusError as error:
                said = error.cause
            raise self._failure(name, answer.status_code, said)
        value = answer.json().get("value")
        if not isinstance(value, str):
            raise self._failure(name, answer.status_code, "the answer has no value")
        return value

    def _over_sdk(self, client: Callable[..., Any], name: str, version: str | None) -> str:
        status, said = 0, ""
        try:
            with client(vault_url=str(self._origin), credential=self._credential) as vault:
                return str(vault.get_secret(name, version).value or "")
        except SecretlessError:
            raise
        except Exception as error:  # noqa: BLE001 - of azure-core; not chained, for it holds the request
            status, said = getattr(error, "status_code", None) or 0, f"{type(error).__name__}: {error}"
        raise self._failure(name, status, said)

    def _failure(self, name: str, status: int, said: str) -> SecretlessError:
        what = f'the secret "{name}" of {self._origin.host}'
        if status == 404:  # noqa: PLR2004
            return SecretNotFoundError(
                f"There is no {what.removeprefix('the ')}.", "Look at its name, and at deleted ones."
            )
        if status in (401, 403):
            return SecretRefusedError(
                f"The identity may not read {what} ({clean(said)}).",
                "It needs Key Vault Secrets User on the vault or the secret, and a way through the vault's firewall.",
            )
        return HttpStatusError(f"{what} could not be read ({clean(said)}).", "See the service's message.", status)


def openai_client(credential: Credential, endpoint: str, api_version: str, options: Mapping[str, Any]) -> Any:
    """Return ``openai.AzureOpenAI``, which asks for a token at every request."""
    origin = origin_of(endpoint, "The endpoint")
    scope = require_service(origin, "Azure OpenAI")
    taken = {
        "api_key",
        "azure_ad_token",
        "azure_ad_token_provider",
        "azure_endpoint",
        "base_url",
        "http_client",
    }
    if taken & set(options):
        raise RequestInvalidError("The endpoint and its sign-in are this package's.", "Leave such options out.")
    try:
        from openai import AzureOpenAI
    except ImportError:
        pass
    else:
        return AzureOpenAI(
            azure_endpoint=endpoint,
            api_version=api_version,
            azure_ad_token_provider=lambda: credential.get_token(scope).token,
            **options,
        )
    raise extra("openai", "openai")


def _sql_origin(server: str) -> tuple[Origin, str]:
    origin = origin_of(f"https://{server}", "The server")
    if server.lower() not in (origin.host, f"{origin.host}:{origin.port}"):
        raise AddressRefusedError("The server is more than a host and a port.", "Give name.database.windows.net.")
    scope = require_service(origin, "Azure SQL")
    return (origin if ":" in server else Origin("https", origin.host, 1433)), scope


def sql_jdbc_options(credential: Credential, server: str, database: str, options: Mapping[str, str]) -> HiddenOptions:
    """Return the options of ``spark.read.format("jdbc")`` for Azure SQL, with a token as ``accessToken``."""
    origin, scope = _sql_origin(server)
    if not database or any(character in database for character in ";{}=") or not database.isprintable():
        raise RequestInvalidError("The database's name cannot stand in a JDBC URL.", "Use a name without ; { } =.")
    if {name.lower() for name in options} & {
        "url",
        "driver",
        "accesstoken",
        "user",
        "password",
        "authentication",
    }:
        raise RequestInvalidError("Address and sign-in are this package's.", "Leave such options out.")
    return HiddenOptions(
        {
            "url": f"jdbc:sqlserver://{origin.host}:{origin.port};database={database};encrypt=true",
            "driver": "com.microsoft.sqlserver.jdbc.SQLServerDriver",
            **options,
            "accessToken": credential.get_token(scope).token,
        }
    )


def access_token_struct(token: str) -> bytes:
    """Return the bytes of ``ACCESSTOKEN`` in msodbcsql.h: a 32-bit length, then the token as UTF-16LE."""
    data = token.encode("utf-16-le")
    return struct.pack(f"<I{len(data)}s", len(data), data)


def _odbc(value: str) -> str:
    if "\0" in value or not value.isprintable():
        raise RequestInvalidError("A value of the connection string is not printable.", "Mend it.")
    return "{" + value.replace("}", "}}") + "}"


def sql_connect(
    credential: Credential,
    server: str,
    database: str,
    driver: str,
    keywords: Mapping[str, str],
    options: Mapping[str, Any],
) -> Any:
    """Return a ``pyodbc`` connection to Azure SQL."""
    origin, scope = _sql_origin(server)
    ours = {
        "driver",
        "server",
        "database",
        "uid",
        "pwd",
        "authentication",
        "trusted_connection",
        "encrypt",
        "addr",
    }
    if any(name.lower() in ours or not name.replace("_", "").isalnum() for name in keywords):
        raise RequestInvalidError("Address and sign-in are this package's.", "Leave such keywords out.")
    if "attrs_before" in options:
        raise RequestInvalidError("attrs_before is this package's.", "Leave it out.")
    try:
        import pyodbc
    except ImportError:
        pass
    else:
        # A pooled connection would outlive its token.
        pyodbc.pooling = False
        parts = {
            "Driver": driver,
            "Server": f"tcp:{origin.host},{origin.port}",
            "Database": database,
            **keywords,
        }
        text = "".join(f"{name}={_odbc(value)};" for name, value in parts.items())
        token = access_token_struct(credential.get_token(scope).token)
        return pyodbc.connect(f"{text}Encrypt=yes;", attrs_before={SQL_COPT_SS_ACCESS_TOKEN: token}, **options)
    raise extra("sql", "pyodbc")


def unity_catalog_secret(full_name: str) -> Secret:
    """Return a Unity Catalog secret's value, over the Databricks SDK's own sign-in in the job.

    Raises:
        SecretNotFoundError, SecretRefusedError: what Unity Catalog says.

    """
    try:
        from databricks.sdk import WorkspaceClient
    except ImportError:
        pass
    else:
        said = ""
        try:
            answer = WorkspaceClient().api_client.do(
                "GET",
                f"/api/2.1/unity-catalog/secrets/{quote(full_name, safe='')}",
                query={"include_value": "true"},
            )
            return Secret(str(answer["effective_value"]))
        except SecretlessError:
            raise
        except Exception as error:  # noqa: BLE001 - of the SDK; not chained
            said = f"{type(error).__name__}: {error}"
        if "NotFound" in said or "does not exist" in said:
            raise SecretNotFoundError(f'There is no Unity Catalog secret "{clean(full_name)}".', "Look at access.yml.")
        raise SecretRefusedError(
            f'The Unity Catalog secret "{clean(full_name)}" was not read ({clean(said)}).',
            "The run-as principal needs READ SECRET on it, USE CATALOG and USE SCHEMA: look at access.yml.",
        )
    raise KindMismatchError("databricks-sdk is not installed.", "It is part of the Databricks Runtime.")
