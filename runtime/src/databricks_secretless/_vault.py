"""An hvac client for Vault or OpenBao, signed in with the purpose's token; leases renewed, revoked at exit."""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
import weakref
from typing import Any

from ._address import origin_of
from ._credential import presented
from ._databricks import extra
from ._errors import ExchangeRefusedError, SecretlessError
from ._forms import SHORTEST
from ._http import TIMEOUT, clean
from ._manifest import Grant
from ._redact import register

_NAMES = frozenset({"username", "created_time", "deletion_time", "ttl", "path", "type", "accessor", "mount_type"})
"""Members of an answer that are no secrets."""


def vault_client(grant: Grant) -> Any:
    """Return a signed-in ``hvac.Client``.

    Raises:
        ExchangeRefusedError: Vault refuses the token.

    """
    try:
        import hvac
        import hvac.adapters
    except ImportError:
        pass
    else:
        return _signed_in(hvac, grant)
    raise extra("vault", "hvac")


def _signed_in(hvac: Any, grant: Grant) -> Any:
    address = grant.get("address").rstrip("/")
    origin_of(address, "Vault's address")
    leases = _Leases()

    class Adapter(hvac.adapters.JSONAdapter):  # type: ignore[misc]
        """Registers what is read, and remembers leases."""

        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            answer = super().request(method, url, *args, **kwargs)
            if isinstance(answer, dict):
                _register(answer, url)
                leases.add(answer)
            return answer

    options = {"namespace": grant.get("namespace")} if grant.get("namespace") else {}
    # The address is what was approved: a redirect, or VAULT_ADDR and its kin, change nothing.
    client = hvac.Client(
        url=address,
        token="",
        timeout=TIMEOUT,
        allow_redirects=False,
        adapter=Adapter,
        **options,
    )
    login(client, grant)
    leases.start(client, grant)
    return client


def login(client: Any, grant: Grant) -> None:
    """Sign in by JWT (``POST /v1/auth/<mount>/login``)."""
    said = ""
    try:
        client.auth.jwt.jwt_login(
            role=grant.get("role"), jwt=presented(grant).token, use_token=True, path=grant.get("mount")
        )
    except SecretlessError:
        raise
    except Exception as error:  # noqa: BLE001 - of hvac; not chained
        said = f"{type(error).__name__}: {error}"
    if said:
        raise ExchangeRefusedError(
            f"{grant.get('address')} refuses role {grant.get('role')} of {grant.get('mount')} ({clean(said)}).",
            "Compare the role's bound issuer, audience and subject with what the plan of the deployment printed.",
        )


def _register(answer: dict[str, Any], url: str) -> None:
    auth = answer.get("auth")
    if isinstance(auth, dict) and isinstance(auth.get("client_token"), str):
        register(auth["client_token"])
    if not url.lstrip("/").startswith(("v1/sys/", "v1/auth/")):
        _register_texts(answer.get("data"), "")


def _register_texts(value: Any, name: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if key != "metadata":
                _register_texts(item, str(key))
    elif isinstance(value, list):
        for item in value:
            _register_texts(item, name)
    elif isinstance(value, str) and name not in _NAMES and len(value) >= SHORTEST and value.strip():
        register(value)


class _Leases:
    """Renews a client's token and the leases that it got, until the client is gone or the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leases: dict[str, float] = {}
        self._wake = threading.Event()

    def add(self, answer: dict[str, Any]) -> None:
        lease, life = answer.get("lease_id"), answer.get("lease_duration")
        if isinstance(lease, str) and lease and isinstance(life, (int, float)) and life > 0 and answer.get("renewable"):
            with self._lock:
                self._leases[lease] = time.monotonic() + life / 2
            self._wake.set()

    def start(self, client: Any, grant: Grant) -> None:
        held = weakref.ref(client)
        pid = os.getpid()

        def end() -> None:
            last = held()
            # A forked child must not take the parent's token away.
            if last is not None and os.getpid() == pid:
                with contextlib.suppress(Exception):
                    last.auth.token.revoke_self()

        atexit.register(end)
        threading.Thread(target=self._run, args=(held, grant), name="vault-leases", daemon=True).start()

    def _run(self, held: weakref.ref[Any], grant: Grant) -> None:
        renewal = time.monotonic() + _half_life(held())
        while True:
            with self._lock:
                due = min([renewal, *self._leases.values()])
            self._wake.wait(max(0.05, due - time.monotonic()))
            self._wake.clear()
            client = held()
            if client is None:
                return
            now = time.monotonic()
            if renewal <= now:
                with contextlib.suppress(Exception):
                    renewal = now + self._renewed_token(client, grant)
                renewal = max(renewal, now + 1)
            with self._lock:
                ready = [lease for lease, at in self._leases.items() if at <= now]
            for lease in ready:
                self._renew(client, lease, now)
            del client

    def _renewed_token(self, client: Any, grant: Grant) -> float:
        """Renew the client's token, or sign in again where it may not live longer; return when to do so again."""
        try:
            auth = client.auth.token.renew_self()["auth"]
            life = float(auth["lease_duration"])
        except Exception:  # noqa: BLE001 - of hvac
            life = 0.0
        if life < 2:  # noqa: PLR2004 - seconds: at its longest life
            login(client, grant)
            return _half_life(client)
        return life / 2

    def _renew(self, client: Any, lease: str, now: float) -> None:
        try:
            life = float(client.sys.renew_lease(lease_id=lease)["lease_duration"])
        except Exception:  # noqa: BLE001 - of hvac; a lease at its longest life ends
            life = 0.0
        with self._lock:
            if life > 0:
                self._leases[lease] = now + life / 2
            else:
                self._leases.pop(lease, None)


def _half_life(client: Any) -> float:
    """Return half of what the client's token still lives, in seconds."""
    try:
        return max(0.5, float(client.auth.token.lookup_self()["data"]["ttl"]) / 2)
    except Exception:  # noqa: BLE001 - of hvac; a policy may not allow the question
        return 300.0
