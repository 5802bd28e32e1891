"""A boto3 session whose keys come from the purpose, and are renewed before they expire."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from ._address import origin_of
from ._credential import presented
from ._databricks import extra, service_provider
from ._errors import ExchangeRefusedError, KindMismatchError, SecretlessError
from ._http import clean
from ._manifest import Grant
from ._redact import register

_DURATION = 3600
"""Seconds of a session; a role's maximum is at least this (STS, AssumeRoleWithWebIdentity)."""


def aws_session(grant: Grant, region: str) -> Any:
    """Return a ``boto3.Session``.

    For ``aws_role``: AssumeRoleWithWebIdentity with the presented token, again for each renewal, unsigned. For a
    service credential on AWS: the platform's own refreshing session.

    Raises:
        ExchangeRefusedError: STS refuses the token; with its code.

    """
    if not re.fullmatch(r"[a-z0-9-]{1,32}", region):
        raise KindMismatchError("The region is no AWS region.", "Give one such as eu-central-1.")
    try:
        import boto3
        import botocore.credentials
        import botocore.session
    except ImportError:
        pass
    else:
        if grant.kind == "aws_role":
            own = botocore.session.get_session()
            refresh = _Refresh(grant, region)
            # botocore has no public way to hand over keys that renew themselves; this attribute is the usual one.
            own._credentials = botocore.credentials.RefreshableCredentials.create_from_metadata(  # noqa: SLF001
                metadata=refresh(), refresh_using=refresh, method="databricks-secretless"
            )
            return boto3.Session(botocore_session=own, region_name=region)
        provider = service_provider(grant)
        if not hasattr(provider, "get_credentials"):
            raise KindMismatchError(
                f'The service credential "{grant.credential}" gives no AWS session: it belongs to another cloud.',
                "Declare aws_role in access.yml, or use credential.",
            )
        return boto3.Session(botocore_session=provider, region_name=region)
    raise extra("aws", "boto3")


class _Refresh:
    """Asks STS for keys: what botocore calls when the old ones are about to expire."""

    def __init__(self, grant: Grant, region: str) -> None:
        self._grant = grant
        self._region = region

    def __call__(self) -> dict[str, str]:
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config

        grant = self._grant
        said = ""
        try:
            # Regional, and unsigned: no other AWS identity of this machine takes part.
            options = Config(signature_version=UNSIGNED)
            client = boto3.session.Session().client("sts", region_name=self._region, config=options)
            origin_of(client.meta.endpoint_url, "The address of STS")
            answer = client.assume_role_with_web_identity(
                RoleArn=grant.get("role"),
                RoleSessionName=re.sub(r"[^\w+=,.@-]", "-", f"{grant.job_id}-{grant.purpose}", flags=re.ASCII)[:64],
                WebIdentityToken=presented(grant).token,
                DurationSeconds=_DURATION,
            )
            return _metadata(answer["Credentials"])
        except SecretlessError:
            raise
        except Exception as error:  # noqa: BLE001 - of botocore; not chained, for it may hold the request
            said = f"{type(error).__name__}: {error}"
        raise ExchangeRefusedError(
            f"AWS gives no session for {grant.get('role')} ({clean(said)}).",
            "Compare the role's trust policy (provider, aud, sub) with what the plan of the deployment printed.",
        )


def _metadata(keys: Any) -> dict[str, str]:
    end: datetime = keys["Expiration"]
    for name in ("SecretAccessKey", "SessionToken"):
        register(keys[name], end.timestamp())
    return {
        "access_key": keys["AccessKeyId"],
        "secret_key": keys["SecretAccessKey"],
        "token": keys["SessionToken"],
        "expiry_time": end.isoformat(),
    }
