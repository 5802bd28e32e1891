"""A `dbutils` for played jobs: it vends from the sandbox's Unity Catalog, as the principal that the job runs as.

`play.py` gives it to the job's file. `SANDBOX_WORKSPACE` is the workspace's URL, `SANDBOX_TOKEN`
a token of the job's run-as principal.
"""

import json
import os
import types
import urllib.error
import urllib.request


class _Token:
    def __init__(self, token, expires_on):
        self.token = token
        self.expires_on = expires_on


class _Provider:
    """An azure-core `TokenCredential`, as `getServiceCredentialsProvider` returns it on Azure."""

    def __init__(self, name):
        self._name = name

    def get_token(self, *scopes, **_options):
        body = {"credential_name": self._name, "azure_options": {"resources": list(scopes)}}
        request = urllib.request.Request(
            f"{os.environ['SANDBOX_WORKSPACE']}/api/2.1/unity-catalog/temporary-service-credentials",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {os.environ['SANDBOX_TOKEN']}", "Content-Type": "application/json"},
            method="POST",
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                vended = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            refusal = json.loads(error.read())
            raise RuntimeError(f"{refusal['error_code']}: {refusal['message']}") from None
        return _Token(vended["azure_aad"]["aad_token"], int(vended["expiration_time"]) // 1000)


dbutils = types.SimpleNamespace(credentials=types.SimpleNamespace(getServiceCredentialsProvider=_Provider))
