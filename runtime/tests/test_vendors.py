"""The vendors' own clients, where they are installed, each through what `access` gives; the article's four examples."""

import datetime
import json
import socket
import ssl
import threading
import time
import urllib.parse

import pytest
from support.databricks import change

import databricks_secretless as package
from databricks_secretless import access
from databricks_secretless._redact import redacted

HOSTS = ("example-kv.vault.azure.net", "example.openai.azure.com", "graph.microsoft.com")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate for the vendors' hosts, and the file that makes clients trust it."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(certificate.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context, str(folder / "ca.pem")


@pytest.fixture
def azure(authority, serve, monkeypatch):
    """Start a server that the vendors' hosts lead to, over TLS, by their own names."""
    context, trusted = authority
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, trusted)
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    real = socket.getaddrinfo

    def start(answers):
        server = serve(answers, context)

        def resolve(host, port, *args, **options):
            name = host.decode() if isinstance(host, bytes) else host
            return real("127.0.0.1", server.port if name in HOSTS else port, *args, **options)

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return server

    return start


# The article's four examples


def test_article_rest(dbutils, azure):
    server = azure(lambda _asked: (200, {}, {"value": [{"id": "1"}]}))
    # ↓ the example
    hr = access("read-hr-directory")
    users = hr.rest("https://graph.microsoft.com").get("/v1.0/users").json()
    # ↑
    assert users == {"value": [{"id": "1"}]}
    assert server.asked[0].headers["host"] == "graph.microsoft.com"
    assert server.asked[0].bearer.endswith("https://graph.microsoft.com/.default")


def test_article_key_vault(dbutils, azure):
    pytest.importorskip("azure.keyvault.secrets")
    challenge = 'Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net"'

    def answers(asked):
        if not asked.bearer:
            return 401, {"WWW-Authenticate": challenge}, {}
        if asked.path.startswith("/secrets/gone"):
            return 404, {}, {"error": {"code": "SecretNotFound", "message": "no"}}
        return 200, {}, {"value": "the-password-1", "id": "https://example-kv.vault.azure.net/secrets/orders-db/0"}

    server = azure(answers)
    # ↓ the example
    key_vault = access("read-hr-directory").key_vault("https://example-kv.vault.azure.net")
    password = key_vault.get_secret("orders-db")
    # ↑
    assert f"{password}" == "[REDACTED]"
    assert password.reveal() == "the-password-1"
    assert "azsdk-python-keyvault-secrets" in server.asked[-1].headers["user-agent"]
    assert server.asked[-1].bearer.endswith("https://vault.azure.net/.default")
    with pytest.raises(package.SecretNotFoundError) as caught:
        key_vault.get_secret("gone")
    assert caught.value.__context__ is None
    assert "cloud-token" not in str(caught.value)


def test_article_openai(dbutils, azure):
    pytest.importorskip("openai")
    message = {"role": "assistant", "content": "hello"}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "gpt", "choices": [choice]}
    server = azure(lambda _asked: (200, {}, answer))
    # ↓ the example
    client = access("read-hr-directory").openai("https://example.openai.azure.com", "2024-10-21")
    reply = client.chat.completions.create(model="gpt", messages=[{"role": "user", "content": "hi"}])
    # ↑
    assert reply.choices[0].message.content == "hello"
    assert server.asked[0].bearer.endswith("https://cognitiveservices.azure.com/.default")
    with pytest.raises(package.RequestInvalidError):
        access("read-hr-directory").openai("https://example.openai.azure.com", "v", api_key="k")


def test_article_sql(dbutils):
    # ↓ the example
    options = access("read-hr-directory").sql_jdbc_options("srv.database.windows.net", "orders")
    # spark.read.format("jdbc").options(**options, dbtable="dbo.orders").load()
    # ↑
    assert dict(**options, dbtable="dbo.orders")["accessToken"].endswith("https://database.windows.net/.default")


# Other clients


def test_azure_cores_own_policy_takes_the_credential(dbutils):
    pytest.importorskip("azure.core")
    identity = pytest.importorskip("azure.identity")
    from azure.core.credentials import SupportsTokenInfo, TokenCredential

    credential = access("read-hr-directory").credential
    assert isinstance(credential, TokenCredential)
    assert isinstance(credential, SupportsTokenInfo)
    provider = identity.get_bearer_token_provider(credential, "https://cognitiveservices.azure.com/.default")
    assert provider() == provider()
    assert len(dbutils.vends) == 1


def sts(expires):
    def answers(asked):
        form = dict(urllib.parse.parse_qsl(asked.body.decode()))
        if form.get("RoleArn", "").endswith("invoices-prod"):
            end = datetime.datetime.fromtimestamp(time.time() + expires, datetime.timezone.utc).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            )
            keys = (
                "<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret-key-of-aws</SecretAccessKey>"
                f"<SessionToken>session-token-of-aws</SessionToken><Expiration>{end}</Expiration>"
            )
            body = (
                f"<AssumeRoleWithWebIdentityResult><Credentials>{keys}</Credentials></AssumeRoleWithWebIdentityResult>"
            )
            name = "AssumeRoleWithWebIdentityResponse"
            return (
                200,
                {"Content-Type": "text/xml"},
                f'<{name} xmlns="https://sts.amazonaws.com/doc/2011-06-15/">{body}</{name}>'.encode(),
            )
        error = f"<Error><Code>AccessDenied</Code><Message>not {form.get('WebIdentityToken')}</Message></Error>"
        return 403, {"Content-Type": "text/xml"}, f"<ErrorResponse>{error}</ErrorResponse>".encode()

    return answers


def test_boto3_renews_by_web_identity(dbutils, serve, monkeypatch, tmp_path):
    pytest.importorskip("boto3")
    server = serve(sts(100))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    session = access("archive-invoices").aws_session("eu-central-1")
    frozen = session.get_credentials().get_frozen_credentials()
    assert (frozen.access_key, frozen.token) == ("ASIAEXAMPLE", "session-token-of-aws")
    form = dict(urllib.parse.parse_qsl(server.asked[0].body.decode()))
    assert form["RoleArn"] == "arn:aws:iam::111122223333:role/invoices-prod"
    assert form["RoleSessionName"] == "9007199254740993-archive-invoices"
    assert form["WebIdentityToken"].endswith("api://invoices/.default")
    assert "authorization" not in server.asked[0].headers
    # Its life of 100 s is less than what botocore wants: it renews at each use.
    assert len(server.asked) >= 2
    change(tmp_path, archive_invoices={"role": "arn:aws:iam::111122223333:role/other"})
    with pytest.raises(package.ExchangeRefusedError, match="AccessDenied") as caught:
        access("archive-invoices").aws_session("eu-central-1")
    assert "cloud-token" not in str(caught.value)
    assert caught.value.__context__ is None
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://sts.example.com")
    with pytest.raises(package.AddressRefusedError):
        access("archive-invoices").aws_session("eu-central-1")


def test_a_service_credential_on_aws(dbutils):
    botocore = pytest.importorskip("botocore.session")
    pytest.importorskip("boto3")
    own = botocore.get_session()
    own.set_credentials("ASIAPLATFORM", "secret-of-platform")
    dbutils.providers["hr-graph-prod"] = own
    session = access("read-hr-directory").aws_session("eu-central-1")
    assert session.get_credentials().access_key == "ASIAPLATFORM"
    with pytest.raises(package.KindMismatchError, match="aws_session"):
        access("read-hr-directory").credential.get_token("x")


def test_hvac_signs_in_registers_renews_and_revokes(dbutils, serve, tmp_path, monkeypatch):
    pytest.importorskip("hvac")
    ends = []
    monkeypatch.setattr("databricks_secretless._vault.atexit.register", ends.append)
    renewed = threading.Event()

    def answers(asked):
        body = json.loads(asked.body or b"{}")
        if asked.path == "/v1/auth/jwt-azure/login":
            if body["role"] != "orders-reader":
                return 400, {}, {"errors": [f"no {body['jwt']}"]}
            return 200, {}, {"auth": {"client_token": "hvs.token-of-vault", "lease_duration": 2}}
        if asked.path == "/v1/auth/token/lookup-self":
            return 200, {}, {"data": {"ttl": 3600}}
        if asked.path == "/v1/database/creds/orders":
            data = {"username": "v-orders", "password": "a-database-password"}
            return (
                200,
                {},
                {"lease_id": "database/creds/orders/1", "lease_duration": 1, "renewable": True, "data": data},
            )
        if asked.path == "/v1/sys/leases/renew":
            renewed.set()
            return 200, {}, {"lease_id": body["lease_id"], "lease_duration": 3600}
        if asked.path == "/v1/redirect/creds/x":
            return 307, {"Location": "https://evil.example"}, {}
        return 204, {}, b""

    server = serve(answers)
    change(tmp_path, read_legacy_orders={"address": server.url})
    client = access("read-legacy-orders").vault()
    login = json.loads(server.asked[0].body)
    assert login["jwt"].endswith("api://orders/.default")
    password = client.secrets.database.generate_credentials("orders")["data"]["password"]
    assert redacted(f"<{password}> hvs.token-of-vault v-orders") == "<[REDACTED]> [REDACTED] v-orders"
    assert renewed.wait(30)
    ends[0]()
    assert server.asked[-1].path == "/v1/auth/token/revoke-self"
    assert server.asked[-1].headers["x-vault-token"] == "hvs.token-of-vault"
    change(tmp_path, read_legacy_orders={"role": "other"})
    with pytest.raises(package.ExchangeRefusedError) as caught:
        access("read-legacy-orders").vault()
    assert "cloud-token" not in str(caught.value)


def test_a_unity_catalog_secret_over_the_databricks_sdk(dbutils, serve, monkeypatch, tmp_path):
    pytest.importorskip("databricks.sdk")
    answer = [200, {"effective_value": "value-of-the-partner"}]
    server = serve(lambda _asked: (answer[0], {}, answer[1]))
    monkeypatch.setenv("DATABRICKS_HOST", server.url)
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-token-of-the-test")
    monkeypatch.setenv("DATABRICKS_AUTH_TYPE", "pat")
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "none"))
    value = access("read-partner-key").value()
    assert value.reveal() == "value-of-the-partner"
    asked = [one for one in server.asked if "secrets" in one.path]
    assert asked[0].path == "/api/2.1/unity-catalog/secrets/main.crm.partner_key?include_value=true"
    answer[:] = [403, {"error_code": "PERMISSION_DENIED", "message": "no READ SECRET"}]
    with pytest.raises(package.SecretRefusedError, match="READ SECRET"):
        access("read-partner-key").value()
    answer[:] = [404, {"error_code": "SECRET_DOES_NOT_EXIST", "message": "Secret does not exist"}]
    with pytest.raises(package.SecretNotFoundError):
        access("read-partner-key").value()


def test_ipython_shows_nothing():
    import os
    import subprocess
    import sys
    from pathlib import Path

    pytest.importorskip("IPython")
    code = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("from databricks_secretless import redact, Secret")
shell.run_cell("value = 'correct-horse-' + 'battery'; redact(value)")
shell.run_cell("value")
shell.run_cell("[value, {'k': value}]")
shell.run_cell("%xmode Verbose")
shell.run_cell("def f(x):\\n    raise ValueError(x)\\nf(value)")
shell.run_cell("from IPython.display import HTML, display; display(HTML('<b>' + value + '</b>'), value)")
seen = []
shell.display_pub.publish({"text/plain": value_ if (value_ := shell.user_ns["value"]) else ""})
data, _ = shell.display_formatter.format(shell.user_ns["value"])
print("formatted", data)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(package.__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, timeout=120, check=True)
    seen = (done.stdout + done.stderr).decode()
    assert "correct-horse-battery" not in seen
    assert "ValueError" in seen
    assert "formatted {'text/plain': \"'[REDACTED]'\"}" in seen
