"""What an address may be, and which hosts belong to which service. One reader for every address in this package."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ._errors import AddressRefusedError, ScopeUnknownError

_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_BAD = re.compile(r"[\x00-\x20\x7f-\uffff\U00010000-\U0010ffff\\]")
"""What no part of a URL may hold unescaped; clients read it in different ways."""


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port (RFC 6454)."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False


def origin_of(url: object, what: str) -> Origin:
    """Return the origin of a URL that may be called: https, or http on this machine.

    Args:
        url: the address; user information, spaces, backslashes and letters outside ASCII are refused.
        what: what the address is, for the error's text. The text never holds more of the URL than its origin.

    Raises:
        AddressRefusedError: it may not be called.

    """
    remedy = "Give an address such as https://host/path."
    if not isinstance(url, str) or _BAD.search(url):
        raise AddressRefusedError(f"{what} is no URL (a space, a backslash, or a letter outside ASCII).", remedy)
    problem, scheme, host, port = "", "", "", 0
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
        port = parts.port if parts.port is not None else _PORTS.get(scheme, 0)
        if "@" in parts.netloc:
            problem = "has user information before its host"
        elif scheme not in _PORTS:
            problem = "is neither https nor http"
    except ValueError:
        problem = "cannot be read as a URL"
    host = f"[{host}]" if ":" in host else host.removesuffix(".")
    if not problem and (_HOST.fullmatch(host) is None or not 0 < port < 65536):  # noqa: PLR2004
        problem = "has no valid host and port"
    if problem:
        raise AddressRefusedError(f"{what} {problem}.", remedy)
    origin = Origin(scheme, host, port)
    if scheme == "http" and not origin.is_loopback:
        raise AddressRefusedError(f"{what} is http: {host} would get a token unencrypted.", "Use https.")
    return origin


_SERVICES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    # Service: its scopes' resources, and the scope by the end of the host.
    "Key Vault": (
        (),
        {
            ".vault.azure.net": "https://vault.azure.net",
            ".vault.azure.cn": "https://vault.azure.cn",
            ".vault.usgovcloudapi.net": "https://vault.usgovcloudapi.net",
        },
    ),
    "Azure OpenAI": (
        ("https://ai.azure.com",),
        {
            ".openai.azure.com": "https://cognitiveservices.azure.com",
            ".cognitiveservices.azure.com": "https://cognitiveservices.azure.com",
            ".services.ai.azure.com": "https://cognitiveservices.azure.com",
            ".openai.azure.us": "https://cognitiveservices.azure.us",
            ".cognitiveservices.azure.us": "https://cognitiveservices.azure.us",
            ".openai.azure.cn": "https://cognitiveservices.azure.cn",
            ".cognitiveservices.azure.cn": "https://cognitiveservices.azure.cn",
        },
    ),
    "Azure SQL": (
        (),
        {
            ".database.windows.net": "https://database.windows.net",
            ".fabric.microsoft.com": "https://database.windows.net",
            ".database.usgovcloudapi.net": "https://database.usgovcloudapi.net",
            ".database.chinacloudapi.cn": "https://database.chinacloudapi.cn",
        },
    ),
    "Microsoft Graph": (
        (),
        {
            "graph.microsoft.com": "https://graph.microsoft.com",
            "graph.microsoft.us": "https://graph.microsoft.us",
            "dod-graph.microsoft.us": "https://dod-graph.microsoft.us",
            "microsoftgraph.chinacloudapi.cn": "https://microsoftgraph.chinacloudapi.cn",
        },
    ),
    "Azure Resource Manager": (
        (),
        {
            "management.azure.com": "https://management.azure.com",
            "management.usgovcloudapi.net": "https://management.usgovcloudapi.net",
            "management.chinacloudapi.cn": "https://management.chinacloudapi.cn",
        },
    ),
    "Azure Storage": (
        (),
        {
            f".{kind}.core.{domain}": "https://storage.azure.com"
            for kind in ("blob", "dfs", "queue", "table", "file")
            for domain in ("windows.net", "usgovcloudapi.net", "chinacloudapi.cn")
        },
    ),
}


def service_of(host: str) -> tuple[str, str] | None:
    """Return the known service of a host and the resource of its scope."""
    for name, (_, hosts) in _SERVICES.items():
        for end, resource in hosts.items():
            if host == end or (end.startswith(".") and host.endswith(end)):
                return name, resource
    return None


def require_service(origin: Origin, service: str) -> str:
    """Return the scope for a host of this service; on this machine, the first cloud's.

    Raises:
        AddressRefusedError: the host is not one of the service's.

    """
    hosts = _SERVICES[service][1]
    found = service_of(origin.host)
    if found is not None and found[0] == service:
        return f"{found[1]}/.default"
    if origin.is_loopback:
        return f"{next(iter(hosts.values()))}/.default"
    ends = ", ".join(f"*{end}" if end.startswith(".") else end for end in hosts)
    raise AddressRefusedError(
        f"{origin.host} is not a host of {service}; it would get a token for {service}.",
        f"Its hosts are {ends}.",
    )


def scope_for(origin: Origin, scope: str | None) -> str:
    """Return the scope of a token for an origin; a known service's scope goes to its own hosts alone.

    Raises:
        AddressRefusedError: the scope belongs to a known service, and the host does not.
        ScopeUnknownError: no scope was given, and none follows from the host.

    """
    found = service_of(origin.host)
    if scope is None:
        if found is None:
            raise ScopeUnknownError(
                f"Which token {origin.host} wants is not known.",
                'Give its scope: scope="api://<application id>/.default".',
            )
        return f"{found[1]}/.default"
    resource = scope.removesuffix(".default").rstrip("/").lower()
    for name, (others, hosts) in _SERVICES.items():
        if resource in others or resource in hosts.values():
            require_service(origin, name)
    return scope
