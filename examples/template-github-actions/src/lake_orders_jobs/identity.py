"""The cloud identity behind a Unity Catalog service credential."""

from datetime import datetime, timezone
from typing import Any


def describe(provider: Any) -> str:
    """Signs in with the credential, an azure-core TokenCredential, and says until when; the token stays in here."""
    token = provider.get_token("https://management.azure.com/.default")
    until = datetime.fromtimestamp(token.expires_on, timezone.utc).isoformat()
    return f"signed in as the credential's managed identity until {until}"
