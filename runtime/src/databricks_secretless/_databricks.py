"""What this package uses of Databricks, all of it documented: where the code runs, as whom, and what vends.

Sources: "Use Unity Catalog service credentials to connect to external cloud services" (``dbutils.credentials`` on the
driver, ``databricks.service_credentials`` on executors; DBR 16.2, preview in 15.4), ``current_user()`` of Databricks
SQL, and databricks-sdk's ``databricks.sdk.runtime``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import Any

from ._errors import (
    CredentialFailedError,
    CredentialNotFoundError,
    CredentialRefusedError,
    ExtraNotInstalledError,
    NotOnDatabricksError,
    RuntimeTooOldError,
    SecretlessError,
)
from ._http import clean
from ._manifest import Grant

LOCAL = "DATABRICKS_SECRETLESS_LOCAL"
"""Environment variable with which a developer asks for the sign-in of a laptop: ``azure-cli``."""
_OLDEST = (15, 4)
_REFUSED = re.compile(r"PERMISSION_DENIED|\b403\b|does not have (?:the )?(?:ACCESS|READ)|not authorized", re.IGNORECASE)
_MISSING = re.compile(r"DOES_NOT_EXIST|NOT_FOUND|\b404\b|does not exist", re.IGNORECASE)


def on_databricks() -> bool:
    """Whether this process runs on Databricks compute."""
    return bool(os.environ.get("DATABRICKS_RUNTIME_VERSION"))


def on_executor() -> bool:
    """Whether this is a Spark task (a UDF, a data source) and not the driver."""
    pyspark = sys.modules.get("pyspark")
    context: Any = getattr(pyspark, "TaskContext", None)
    return context is not None and context.get() is not None


def service_provider(grant: Grant) -> Any:
    """Return what vends tokens of the grant's service credential: the platform's own object, never kept.

    Raises:
        NotOnDatabricksError: no Databricks, and ``DATABRICKS_SECRETLESS_LOCAL`` asks for no sign-in of a laptop.
        RuntimeTooOldError: before DBR 15.4.
        CredentialRefusedError, CredentialNotFoundError, CredentialFailedError: what Unity Catalog says.

    """
    if not on_databricks():
        return _laptop()
    _check_version(os.environ["DATABRICKS_RUNTIME_VERSION"])
    return vended(grant, _get_provider(), grant.credential)


def _check_version(version: str) -> None:
    numbers = re.match(r"(\d+)\.(\d+)", version)
    # Serverless names its client (`client.4.2`); its environments are all newer.
    if numbers is not None and (int(numbers[1]), int(numbers[2])) < _OLDEST:
        raise RuntimeTooOldError(
            f"Databricks Runtime {clean(version, 20)} has no service credentials.",
            "Use 16.2 or above (15.4 LTS has them as a preview).",
        )


def _get_provider() -> Callable[[str], Any]:
    if on_executor():
        try:
            from databricks.service_credentials import getServiceCredentialsProvider
        except ImportError:
            pass
        else:
            found: Callable[[str], Any] = getServiceCredentialsProvider
            return found
        raise RuntimeTooOldError(
            "This executor has no databricks.service_credentials.", "Use Databricks Runtime 16.2 or above."
        )
    credentials = getattr(_dbutils(), "credentials", None)
    method = getattr(credentials, "getServiceCredentialsProvider", None)
    if method is None:
        raise RuntimeTooOldError(
            "dbutils.credentials has no getServiceCredentialsProvider here.",
            "Use Databricks Runtime 16.2 or above on job compute; SQL warehouses have it in Python UDFs alone.",
        )
    found_method: Callable[[str], Any] = method
    return found_method


def _dbutils() -> Any:
    own = getattr(sys.modules.get("__main__"), "dbutils", None)
    if own is not None:
        return own
    try:
        from databricks.sdk.runtime import dbutils
    except Exception:  # noqa: BLE001 - the import signs in, and fails in as many ways
        return None
    return dbutils


def _laptop() -> Any:
    asked = os.environ.get(LOCAL, "")
    if asked != "azure-cli":
        cause = f"{LOCAL} has a value that is not known" if asked else "This is not a Databricks runtime"
        raise NotOnDatabricksError(
            f"{cause}, so there is no service credential.",
            f"Run it as a job; or set {LOCAL}=azure-cli to use your own sign-in of `az login` on this machine.",
        )
    try:
        from azure.identity import DefaultAzureCredential
    except ImportError:
        pass
    else:
        # The developer's own sign-in alone: no secret from the environment, no managed identity, no browser.
        others = (
            "environment",
            "workload_identity",
            "managed_identity",
            "shared_token_cache",
            "visual_studio_code",
        )
        more = ("powershell", "developer_cli", "interactive_browser", "broker")
        return DefaultAzureCredential(**{f"exclude_{name}_credential": True for name in (*others, *more)})
    raise extra("azure", "azure-identity")


def extra(name: str, package: str) -> ExtraNotInstalledError:
    """Return the error for a client library that is not there."""
    return ExtraNotInstalledError(
        f"{package} is not installed.", f"%pip install 'databricks-secretless-runtime[{name}]'"
    )


def vended(grant: Grant, call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Return what a call to the platform's provider returns.

    Raises:
        CredentialRefusedError: names the principal, the privilege and access.yml.
        CredentialNotFoundError: there is no such credential.
        CredentialFailedError: anything else.

    """
    failure: SecretlessError
    try:
        return call(*args, **options)
    except SecretlessError as error:
        failure = type(error)(error.cause, error.remedy)
    except Exception as error:  # noqa: BLE001 - the platform documents no type
        failure = _failure(grant, f"{type(error).__name__}: {error}")
    # Outside the handler: the platform's exception, with its frames, is not chained.
    raise failure


def _failure(grant: Grant, said: str) -> SecretlessError:
    what = f'the service credential "{grant.credential}"'
    job = f'Job "{grant.job}" of bundle "{grant.bundle}", target "{grant.target}"'
    if _REFUSED.search(said):
        principal = current_user()
        runs = f"it runs as {principal}" if principal else f"its run-as principal is {grant.run_as}"
        return CredentialRefusedError(
            f"{job} may not use {what}: {runs}, which has no ACCESS on it.",
            f'Look for the purpose "{grant.purpose}" under jobs.{grant.job} in access.yml, and deploy again.',
        )
    if _MISSING.search(said):
        return CredentialNotFoundError(
            f"{job}: there is no {what.removeprefix('the ')}, or it is not bound to this workspace.",
            f'Correct the purpose "{grant.purpose}" in access.yml, and deploy again.',
        )
    return CredentialFailedError(f"{job}: {what} gave no token ({clean(said)}).", "See the platform's message.")


def current_user() -> str:
    """Return the principal that this code runs as (an application ID for a service principal); empty if unknown."""
    pyspark = sys.modules.get("pyspark")
    if pyspark is None or not on_databricks() or on_executor():
        return ""
    try:
        from pyspark.sql import SparkSession

        session = SparkSession.getActiveSession()
        return str(session.sql("SELECT current_user()").first()[0]) if session is not None else ""
    except Exception:  # noqa: BLE001 - only told in messages, and to choose between jobs
        return ""
