"""``access(purpose)``: what a job was granted, by the name that ``access.yml`` gives it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ._address import origin_of, require_service, scope_for
from ._aws import aws_session
from ._credential import Credential
from ._databricks import current_user
from ._errors import (
    AccessExpiredError,
    KindMismatchError,
    PurposeAmbiguousError,
    PurposeOfAnotherJobError,
    PurposeOfAnotherTargetError,
    PurposeUnknownError,
    boundary,
)
from ._exchange import JWT, Exchange, exchange_fields
from ._manifest import Grant, Job, Manifest, find_manifest, read_manifest, starts_of
from ._rest import RestSession
from ._secret import HiddenOptions, Secret
from ._services import KeyVault, openai_client, session, sql_connect, sql_jdbc_options, unity_catalog_secret
from ._vault import vault_client

_TOKENS = ("unity_catalog_credential", "entra_application")
_PRESENTS = ("unity_catalog_credential", "entra_application", "aws_role", "vault_role")
_RESOURCES = ("credential", "secret", "connection", "client_id", "role")


@boundary
def access(purpose: str, *, job: str | None = None, manifest: str | Path | None = None) -> Access:
    """Return what the running job was granted for a purpose.

    Args:
        purpose: its name in ``access.yml``.
        job: the job's key under ``resources.jobs``, where several jobs have the purpose and the principal does not
            tell which of them runs.
        manifest: path of ``secretless-access.json`` or of its folder, for code that does not stand in the bundle's
            folder (a wheel).

    Raises:
        ManifestNotFoundError, ManifestInvalidError, ManifestTooNewError: the deployment's file.
        PurposeUnknownError, PurposeOfAnotherJobError, PurposeOfAnotherTargetError: nothing was granted.
        PurposeAmbiguousError: several jobs have it.
        AccessExpiredError: the day in ``until`` is over.

    """
    if manifest is not None:
        path = find_manifest(iter([Path(manifest)])) if Path(manifest).is_dir() else Path(manifest)
    else:
        # The caller stands above boundary().
        path = find_manifest(starts_of(sys._getframe(2).f_globals))  # noqa: SLF001
    return Access(_resolve(read_manifest(path), purpose, job))


def _resolve(manifest: Manifest, purpose: str, key: str | None) -> Grant:
    running = current_user()
    jobs = [one for one in manifest.jobs.values() if key is None or one.key == key]
    having = [one for one in jobs if purpose in one.purposes]
    own = [one for one in having if not running or one.run_as == running]
    if own:
        grants = [one.purposes[purpose] for one in own]
        if any(_what(grant) != _what(grants[0]) for grant in grants):
            names = ", ".join(one.key for one in own)
            raise PurposeAmbiguousError(
                f'The purpose "{purpose}" stands for different things in the jobs {names}.',
                "Say which job this is: access(..., job=...).",
            )
        return _unexpired(grants[0])
    raise _not_granted(manifest, purpose, key, running)


def _what(grant: Grant) -> tuple[Any, ...]:
    return grant.kind, grant.members, grant.present, grant.until


def _not_granted(
    manifest: Manifest, purpose: str, key: str | None, running: str
) -> PurposeOfAnotherJobError | PurposeOfAnotherTargetError | PurposeUnknownError:
    where = f'bundle "{manifest.bundle}", target "{manifest.target}"'
    me = f"this code runs as {running}" if running else "which principal this code runs as is not known"
    having = [job for job in manifest.jobs.values() if purpose in job.purposes]
    if having:
        names = " and ".join(f'job "{job.key}" (id {job.id}), which runs as {job.run_as}' for job in having)
        asked = f' and asks for job "{key}"' if key is not None else ""
        return PurposeOfAnotherJobError(
            f'In {where}, the purpose "{purpose}" was granted to {names}; {me}{asked}.',
            f"Declare it under {_job_of(manifest, key, running)} in access.yml, and deploy.",
        )
    elsewhere = sorted({target for job in manifest.jobs.values() for target in job.elsewhere.get(purpose, ())})
    if elsewhere:
        return PurposeOfAnotherTargetError(
            f'The purpose "{purpose}" is declared for {", ".join(elsewhere)}; this is {where}, and {me}.',
            f"Add {manifest.target} to its targets in access.yml, and deploy.",
        )
    known = sorted({name for job in manifest.jobs.values() for name in job.purposes})
    return PurposeUnknownError(
        f'No purpose "{purpose}" was granted in {where}; {me}. Granted: {", ".join(known) or "nothing"}.',
        f"Declare it under {_job_of(manifest, key, running)} in access.yml, and deploy.",
    )


def _job_of(manifest: Manifest, key: str | None, running: str) -> str:
    mine: list[Job] = [job for job in manifest.jobs.values() if running and job.run_as == running]
    found = key if key is not None else mine[0].key if len(mine) == 1 else "<the job's key>"
    return f"jobs.{found}"


def _unexpired(grant: Grant) -> Grant:
    if grant.until is not None and datetime.now(timezone.utc).date().isoformat() > grant.until:
        raise AccessExpiredError(
            f'"{grant.purpose}" of job "{grant.job}", which runs as {grant.run_as}, ended with {grant.until}.',
            "Set a later date in access.yml, or take the entry and this code out.",
        )
    return grant


class Access:
    """What one purpose gives. May be shipped to executors: it holds names, never a token."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant
        self._credential: Credential | None = None

    def __repr__(self) -> str:
        return f"<Access to {self._grant.purpose!r}: {self._grant.kind} of job {self._grant.job!r}>"

    def __reduce__(self) -> tuple[type[Access], tuple[Grant]]:
        return type(self), (self._grant,)

    def _needs(self, what: str, kinds: tuple[str, ...]) -> Grant:
        if self._grant.kind not in kinds:
            raise KindMismatchError(
                f'{what} does not come with "{self._grant.purpose}", which is a {self._grant.kind}.',
                f"It comes with {' or '.join(kinds)}: declare another purpose in access.yml.",
            )
        return _unexpired(self._grant)

    @property
    def purpose(self) -> str:
        """The purpose's name."""
        return self._grant.purpose

    @property
    def kind(self) -> str:
        """The kind of access, as in ``access.yml``."""
        return self._grant.kind

    @property
    def resource(self) -> str:
        """What was granted, by its name: a credential, secret, connection, application or role."""
        return next((name for name in map(self._grant.get, _RESOURCES) if name), "")

    @property
    def credential(self) -> Credential:
        """An azure-core ``TokenCredential``, for every client of an Azure SDK."""
        grant = self._needs("A credential", _TOKENS)
        if self._credential is None:
            self._credential = Credential(grant)
        return self._credential

    @boundary
    def rest(self, base_url: str, scope: str | None = None) -> RestSession:
        """Return a session for one origin.

        Args:
            base_url: https (or this machine).
            scope: of the token; absent: the one of the known Azure service at that host. A known service's scope goes
                to that service's hosts alone.

        """
        credential = self.credential
        return session(credential, base_url, scope_for(origin_of(base_url, "The base URL"), scope))

    @boundary
    def graph(self, base_url: str = "https://graph.microsoft.com") -> RestSession:
        """Return a session for Microsoft Graph; ``pages(path)`` follows its links."""
        credential = self.credential
        return session(credential, base_url, require_service(origin_of(base_url, "The base URL"), "Microsoft Graph"))

    @boundary
    def key_vault(self, url: str) -> KeyVault:
        """Return the secrets of a vault, ``https://<name>.vault.azure.net``."""
        return KeyVault(self.credential, url)

    @boundary
    def openai(self, endpoint: str, api_version: str, **options: Any) -> Any:
        """Return ``openai.AzureOpenAI`` for ``https://<name>.openai.azure.com``; needs the extra ``openai``."""
        return openai_client(self.credential, endpoint, api_version, options)

    @boundary
    def sql_jdbc_options(self, server: str, database: str, **options: str) -> HiddenOptions:
        """Return ``**options`` for ``spark.read.format("jdbc")``: Azure SQL, with a token in ``accessToken``.

        The token is fixed when the read begins: new connections after its end fail.
        """
        return sql_jdbc_options(self.credential, server, database, options)

    @boundary
    def sql_connect(
        self,
        server: str,
        database: str,
        *,
        driver: str = "ODBC Driver 18 for SQL Server",
        keywords: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Any:
        """Return a ``pyodbc`` connection to Azure SQL; needs the extra ``sql``. Switches pyodbc's pooling off.

        Args:
            server: ``<name>.database.windows.net``.
            database: its name.
            driver: of Microsoft, 17 or 18.
            keywords: more of the connection string, such as ``{"ApplicationIntent": "ReadOnly"}``.
            options: of ``pyodbc.connect``, such as ``autocommit``.

        """
        return sql_connect(self.credential, server, database, driver, keywords or {}, options)

    @boundary
    def aws_session(self, region: str) -> Any:
        """Return a ``boto3.Session`` whose keys renew themselves; needs the extra ``aws``."""
        return aws_session(self._needs("An AWS session", ("aws_role", "unity_catalog_credential")), region)

    @boundary
    def vault(self) -> Any:
        """Return a signed-in ``hvac.Client``; needs the extra ``vault``. Leases are renewed, and revoked at exit."""
        return vault_client(self._needs("Vault", ("vault_role",)))

    @boundary
    def exchange(
        self,
        token_endpoint: str,
        *,
        grant: str = "token-exchange",
        client_id: str | None = None,
        audience: str | None = None,
        resource: str | None = None,
        scope: str | None = None,
        subject_scope: str | None = None,
        subject_token_type: str = JWT,
        requested_token_type: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Return the tokens that an OAuth service gives for this purpose's token.

        Args:
            token_endpoint: https.
            grant: ``token-exchange`` (RFC 8693) or ``client-credentials`` with a client assertion (RFC 7523 2.2).
            client_id: the client at the service.
            audience: of the token asked for.
            resource: the same as a URI (RFC 8707).
            scope: of the token asked for.
            subject_scope: scope of the token sent; absent: the audience that the purpose presents.
            subject_token_type: its type.
            requested_token_type: type of the token asked for.
            extra: more fields, such as Salesforce's ``token_handler``; never a token or secret.

        Raises:
            TokenEndpointRefusedError: it is not https.

        """
        fields, token_field = exchange_fields(
            grant,
            client_id=client_id,
            audience=audience,
            resource=resource,
            scope=scope,
            subject_token_type=subject_token_type,
            requested_token_type=requested_token_type,
            extra=extra or {},
        )
        return Exchange(self._needs("An exchange", _PRESENTS), token_endpoint, fields, subject_scope, token_field)

    @boundary
    def value(self) -> Secret:
        """Return the value of the purpose's Unity Catalog secret."""
        return unity_catalog_secret(self._needs("A value", ("unity_catalog_secret",)).get("secret"))
