"""The session: the bearer for one origin alone, patience, one renewal; and who else is asked for tokens."""

import sys
import time
import urllib.parse
from email.utils import formatdate

import pytest
from support.databricks import change

import databricks_secretless as package
from databricks_secretless import access
from databricks_secretless._address import origin_of, require_service, scope_for
from databricks_secretless._rest import RestSession
from databricks_secretless._secret import AccessToken

SCOPE = "api://orders/.default"


def session(server, tokens=("first-token", "second-token"), path=""):
    given = list(tokens)
    waits = []

    def renew(refused):
        if refused is not None and refused == given[0] and len(given) > 1:
            given.pop(0)
        return AccessToken(given[0], int(time.time()) + 600)

    made = RestSession(server.url + path, renew, waits.append)
    made.waits = waits
    return made


def test_requests_as_they_are_asked(serve):
    server = serve(lambda asked: (200, {}, {"path": asked.path}))
    rest = session(server, path="/api/")
    answer = rest.get("/v1/items", params={"a": "x y", "b": [1, 2], "c": None}, headers={"X-Trace": "1"})
    assert answer.json() == {"path": "/api/v1/items?a=x+y&b=1&b=2"}
    assert answer.ok
    assert answer.raise_for_status() is answer
    rest.post("items", json={"a": 1})
    rest.put("items", data={"a": "b c"})
    rest.patch("items", data=b"raw", headers={"content-type": "application/x-raw"})
    rest.delete("items?x=1")
    assert rest.head("items").content == b""
    sent = [(a.method, a.path, a.headers.get("content-type"), a.body) for a in server.asked]
    assert sent[1:] == [
        ("POST", "/api/items", "application/json", b'{"a": 1}'),
        ("PUT", "/api/items", "application/x-www-form-urlencoded", b"a=b+c"),
        ("PATCH", "/api/items", "application/x-raw", b"raw"),
        ("DELETE", "/api/items?x=1", None, b""),
        ("HEAD", "/api/items", None, b""),
    ]
    assert {asked.bearer for asked in server.asked} == {"first-token"}
    assert server.asked[0].headers["x-trace"] == "1"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date", "none"])
def test_throttling_is_waited_for(serve, status, form):
    after = {"seconds": "7", "date": formatdate(time.time() + 7, usegmt=True), "none": None}[form]
    left = [2]

    def answers(_asked):
        left[0] -= 1
        return (status, {"Retry-After": after} if after else {}, {}) if left[0] >= 0 else (200, {}, {})

    rest = session(serve(answers))
    assert rest.get("x").status_code == 200
    assert len(rest.waits) == 2
    assert all(4 < wait <= 7 for wait in rest.waits) or form == "none"


def test_patience_ends(serve):
    server = serve(lambda _asked: (429, {"Retry-After": "1"}, {"error": {"code": "TooMany", "message": "slow down"}}))
    rest = session(server)
    with pytest.raises(package.HttpStatusError, match="TooMany: slow down") as caught:
        rest.get("x?code=in-the-query").raise_for_status()
    assert caught.value.status == 429
    assert "in-the-query" not in str(caught.value)
    assert len(server.asked) == 5
    long = serve(lambda _asked: (429, {"Retry-After": "86400"}, {}))
    assert session(long).get("x").status_code == 429
    assert len(long.asked) == 1


def test_what_may_have_had_an_effect_is_not_sent_again(serve):
    server = serve(lambda _asked: (503, {}, {}))
    assert session(server).post("x", json={}).status_code == 503
    assert len(server.asked) == 1


def test_401_is_renewed_once(serve):
    server = serve(lambda asked: (200 if asked.bearer == "second-token" else 401, {}, {}))
    assert session(server).get("x").status_code == 200
    assert [asked.bearer for asked in server.asked] == ["first-token", "second-token"]
    always = serve(lambda _asked: (401, {}, {}))
    assert session(always).get("x").status_code == 401
    assert len(always.asked) == 2
    same = serve(lambda _asked: (401, {}, {}))
    assert session(same, tokens=("the-only-token",)).get("x").status_code == 401
    assert len(same.asked) == 1


def test_a_redirect_within_the_origin_is_followed(serve):
    server = serve(
        lambda asked: (302, {"Location": "/new?x=1"}, {}) if asked.path == "/old" else (200, {}, {"to": asked.path})
    )
    assert session(server).get("old").json() == {"to": "/new?x=1"}
    assert [asked.bearer for asked in server.asked] == ["first-token"] * 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_another_origin_gets_neither_bearer_nor_headers(serve, status):
    other = serve(lambda asked: (200, {}, {"path": asked.path}))
    server = serve(lambda _asked: (status, {"Location": f"{other.url}/file"}, {}))
    headers = {"X-Api-Key": "my-own-key", "Cookie": "a=b", "Accept": "text/csv"}
    assert session(server).get("x", headers=headers).json() == {"path": "/file"}
    got = other.asked[0].headers
    assert got["accept"] == "text/csv"
    assert {"authorization", "x-api-key", "cookie"} & set(got) == set()


def test_a_way_back_brings_no_bearer_back(serve):
    server = serve(lambda asked: (302, {"Location": f"{other.url}/"}, {}) if asked.path == "/x" else (200, {}, {}))
    other = serve(lambda _asked: (302, {"Location": f"{server.url}/delete-everything"}, {}))
    session(server).get("x")
    assert [(asked.path, asked.bearer) for asked in server.asked] == [("/x", "first-token"), ("/delete-everything", "")]


@pytest.mark.parametrize(
    "location",
    [
        "http://example.com/", "https://user:pass@example.com/", "file:///etc/passwd", "ftp://example.com/",
        "https://exa mple.com/", "https://example.com\\@evil.com/", "javascript:alert(1)", "//user@evil.com/",
    ],
)  # fmt: skip
def test_where_a_redirect_must_not_lead(serve, location):
    server = serve(lambda _asked: (302, {"Location": location}, {}))
    with pytest.raises(package.RedirectRefusedError) as caught:
        session(server).get("x")
    assert "pass" not in str(caught.value)


def test_bodies_go_to_no_other_origin_and_circles_end(serve):
    other = serve(lambda _asked: (200, {}, {}))
    server = serve(lambda _asked: (307, {"Location": other.url}, {}))
    with pytest.raises(package.RedirectRefusedError):
        session(server).post("x", json={"secret": 1})
    assert other.asked == []
    circle = serve(lambda asked: (302, {"Location": asked.path}, {}))
    with pytest.raises(package.RedirectRefusedError):
        session(circle).get("x")


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/", "//evil.example/x", "http://127.0.0.1:1/", "https://127.0.0.1/", "\\\\evil.example",
        "x\r\nX: y", "x y", "/ü", "x\x00",
    ],
)  # fmt: skip
def test_addresses_of_other_origins_are_refused(serve, path):
    server = serve(lambda _asked: (200, {}, {}))
    with pytest.raises(package.AddressRefusedError):
        session(server).get(path)
    assert server.asked == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X", "a\r\nInjected: 1"), ("X", "a\nb"), ("X\r\nY", "a"), ("X:", "a"), ("", "a"), ("X", "密"), ("X", 1),
        ("Authorization", "Bearer mine-own-token"), ("authorization ", "x"), ("Host", "evil.example"),
        ("Content-Length", "0"), ("Transfer-Encoding", "chunked"),
    ],
)  # fmt: skip
def test_headers_that_cannot_be_sent(serve, name, value):
    server = serve(lambda _asked: (200, {}, {}))
    with pytest.raises(package.RequestInvalidError) as caught:
        session(server).get("x", headers={name: value})
    assert "mine-own-token" not in str(caught.value)
    assert server.asked == []


def test_a_token_that_is_no_header_value_is_not_in_the_error(serve):
    server = serve(lambda _asked: (200, {}, {}))
    with pytest.raises(package.ServiceUnavailableError) as caught:
        session(server, tokens=("broken\r\ntoken: value",)).get("x")
    assert "broken" not in repr(caught.value)
    assert server.asked == []


def test_no_answer(serve):
    server = serve(lambda _asked: (200, {}, {}))
    port = server.port
    server.__exit__()
    with pytest.raises(package.ServiceUnavailableError, match=str(port)):
        session(server).get("x")


def test_an_answer_that_is_no_json(serve):
    server = serve(lambda _asked: (200, {"Content-Type": "text/html"}, b"<html>Sign in, token=abc"))
    with pytest.raises(package.HttpStatusError) as caught:
        session(server).get("x?sig=in-the-query").json()
    assert "token=abc" not in str(caught.value)
    assert "in-the-query" not in str(caught.value)


def test_pages_follow_links_of_the_same_origin(serve):
    def answers(asked):
        at = int(urllib.parse.parse_qs(urllib.parse.urlsplit(asked.path).query).get("skip", ["0"])[0])
        following = f"{server.url}/users?skip={at + 2}" if at < 4 else None
        return 200, {}, {"value": [at, at + 1], **({"@odata.nextLink": following} if following else {})}

    server = serve(answers)
    assert list(session(server).pages("/users", params={"$top": 2})) == [0, 1, 2, 3, 4, 5]
    evil = serve(lambda _asked: (200, {}, {"value": [1], "@odata.nextLink": "https://evil.example/users"}))
    with pytest.raises(package.AddressRefusedError):
        list(session(evil).pages("/users"))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com", "https://u:p@example.com", "https://example.com?x=1", "https://example.com#x", "example.com",
        "https://", "https://exämple.com", "https://example.com:99999", "https://example.com:0", "ftp://example.com",
        "http://localhost.example.com", "http://127.0.0.1@example.com", "https://[::1", "", None, "http://10.0.0.1",
    ],
)  # fmt: skip
def test_base_urls_that_are_refused(url):
    with pytest.raises(package.AddressRefusedError) as caught:
        RestSession(url, lambda _refused: None)
    assert "u:p" not in str(caught.value)


def test_a_services_token_goes_to_its_hosts_alone():
    assert scope_for(origin_of("https://GRAPH.microsoft.com.", "x"), None) == "https://graph.microsoft.com/.default"
    assert scope_for(origin_of("https://a.openai.azure.us", "x"), None) == "https://cognitiveservices.azure.us/.default"
    assert scope_for(origin_of("https://my.example", "x"), SCOPE) == SCOPE
    with pytest.raises(package.ScopeUnknownError):
        scope_for(origin_of("https://my.example", "x"), None)
    for host in ("evil.example", "vault.azure.net.evil.example", "evilvault.azure.net", "graph.microsoft.com"):
        for scope in (
            "https://vault.azure.net/.default",
            "https://VAULT.azure.net//.default",
            "https://vault.azure.net",
        ):
            with pytest.raises(package.AddressRefusedError, match="Key Vault"):
                scope_for(origin_of(f"https://{host}", "x"), scope)
        with pytest.raises(package.AddressRefusedError):
            require_service(origin_of(f"https://{host}", "x"), "Key Vault")


# Who else is asked


def test_an_application_is_asked_for_with_the_identitys_token(dbutils, serve, tmp_path):
    server = serve(lambda _asked: (200, {}, {"access_token": "application-token-1", "expires_in": 3599}))
    change(tmp_path, call_partner_api={"authority": server.url})
    token = access("call-partner-api").credential.get_token("https://graph.microsoft.com/.default")
    assert token.token == "application-token-1"
    form = dict(urllib.parse.parse_qsl(server.asked[0].body.decode()))
    assert server.asked[0].path == "/6f2c8a15-d3b4-4e97-a0c6-91b7e5d8f243/oauth2/v2.0/token"
    assert dbutils.vends == [("api://AzureADTokenExchange/.default",)]
    assert form["client_assertion"].startswith("cloud-token-hr-graph-prod-0")
    assert form["scope"] == "https://graph.microsoft.com/.default"


def test_a_token_exchange_as_salesforce_has_it(dbutils, serve):
    answer = {
        "access_token": "salesforce-session-1",
        "instance_url": "https://x.my.salesforce.com",
        "token_type": "Bearer",
    }
    server = serve(lambda asked: (200, {}, answer if asked.method == "POST" else {"records": asked.bearer}))
    exchange = access("read-legacy-orders").exchange(
        f"{server.url}/services/oauth2/token", client_id="3MVG9", extra={"token_handler": "Lake"}
    )
    assert exchange.field("instance_url") == "https://x.my.salesforce.com"
    assert exchange.field("access_token") == ""
    assert exchange.rest(server.url).get("/query").json() == {"records": "salesforce-session-1"}
    form = dict(urllib.parse.parse_qsl(server.asked[0].body.decode()))
    assert form.pop("subject_token").startswith("cloud-token-hr-graph-prod-0-api://orders/.default")
    assert form == {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "client_id": "3MVG9",
        "token_handler": "Lake",
    }
    assert len([asked for asked in server.asked if asked.method == "POST"]) == 1


def test_client_credentials_with_an_assertion(dbutils, serve):
    server = serve(lambda _asked: (200, {}, {"access_token": "partner-token-1"}))
    exchange = access("read-hr-directory").exchange(
        server.url, grant="client-credentials", client_id="c", subject_scope="api://partner/.default"
    )
    assert exchange.get_token("a", "b").token == "partner-token-1"
    form = dict(urllib.parse.parse_qsl(server.asked[0].body.decode()))
    assert form["client_assertion"].endswith("api://partner/.default")
    assert (form["grant_type"], form["scope"], form["client_id"]) == ("client_credentials", "a b", "c")


def test_what_an_exchange_refuses(dbutils, serve):
    orders = access("read-legacy-orders")
    with pytest.raises(package.TokenEndpointRefusedError, match="https"):
        orders.exchange("http://login.example.com/token")
    with pytest.raises(package.RequestInvalidError) as caught:
        orders.exchange("https://login.example.com/token", extra={"client_secret": "a-stored-secret"})
    assert "a-stored-secret" not in str(caught.value)
    with pytest.raises(package.RequestInvalidError):
        orders.exchange("https://login.example.com/token", extra={"grant_type": "password"})
    for answer in (
        (400, {}, {"error": "invalid_grant", "error_description": "no eyJhbGciOiJSUzI1NiJ9.e30.c2ln\r\nhere"}),
        (200, {}, {"nothing": 1}), (200, {}, b"<html>"), (200, {}, []), (302, {"Location": "https://evil.example"}, {}),
        (500, {}, b""),
    ):  # fmt: skip
        server = serve(lambda _asked, answer=answer: answer)
        with pytest.raises(package.ExchangeRefusedError) as caught:
            orders.exchange(server.url).get_token()
        assert "eyJ" not in str(caught.value)
        assert "cloud-token" not in str(caught.value)
        assert len(server.asked) == 1


@pytest.fixture
def without_sdk(monkeypatch):
    monkeypatch.setitem(sys.modules, "azure.keyvault.secrets", None)


def test_key_vault_over_rest(dbutils, serve, without_sdk):
    server = serve(lambda asked: (200, {}, {"value": f"the value of {asked.path}"}))
    vault = access("read-hr-directory").key_vault(server.url)
    secret = vault.get_secret("orders-db")
    assert repr(secret) == "[REDACTED]"
    assert secret.reveal() == "the value of /secrets/orders-db?api-version=7.4"
    assert (
        vault.get_secret("orders-db", "0123abc").reveal() == "the value of /secrets/orders-db/0123abc?api-version=7.4"
    )
    assert dbutils.vends == [("https://vault.azure.net/.default",)]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, package.SecretNotFoundError),
        (403, package.SecretRefusedError),
        (401, package.SecretRefusedError),
        (500, package.HttpStatusError),
    ],
)
def test_what_key_vault_refuses(dbutils, serve, without_sdk, status, kind):
    body = {"error": {"code": "Forbidden", "message": "no eyJhbGciOiJSUzI1NiJ9.e30.c2ln"}}
    vault = access("read-hr-directory").key_vault(serve(lambda _asked: (status, {}, body)).url)
    with pytest.raises(kind, match="orders-db") as caught:
        vault.get_secret("orders-db")
    assert "eyJ" not in str(caught.value)


def test_key_vault_refuses_hosts_names_and_short_values(dbutils, serve, without_sdk):
    hr = access("read-hr-directory")
    for url in ("https://evil.example", "http://kv.vault.azure.net", "https://kv.vault.azure.net.evil.example"):
        with pytest.raises(package.AddressRefusedError):
            hr.key_vault(url)
    vault = hr.key_vault(serve(lambda _asked: (200, {}, {"value": "short-1"})).url)
    for name in ("../keys/x", "a b", "", "a/b", "ä"):
        with pytest.raises(package.RequestInvalidError):
            vault.get_secret(name)
    with pytest.raises(package.ValueTooShortError) as caught:
        vault.get_secret("x")
    assert "short-1" not in str(caught.value)


def test_extras_say_what_to_install(dbutils, monkeypatch):
    hr = access("read-hr-directory")
    for module in ("openai", "boto3", "pyodbc", "hvac"):
        monkeypatch.setitem(sys.modules, module, None)
    for extra, ask in {
        "openai": lambda: hr.openai("https://x.openai.azure.com", "2024-10-21"),
        "aws": lambda: access("archive-invoices").aws_session("eu-central-1"),
        "sql": lambda: hr.sql_connect("srv.database.windows.net", "db"),
        "vault": lambda: access("read-legacy-orders").vault(),
    }.items():
        with pytest.raises(package.ExtraNotInstalledError) as caught:
            ask()
        assert f"%pip install 'databricks-secretless-runtime[{extra}]'" in str(caught.value)


@pytest.mark.parametrize(
    "server",
    ["evil.example", "srv.database.windows.net;x=1", "u@srv.database.windows.net", "srv.database.windows.net/x", ""],
)
def test_sql_refuses_other_servers(dbutils, server):
    with pytest.raises(package.AddressRefusedError):
        access("read-hr-directory").sql_jdbc_options(server, "db")


def test_sql_jdbc_options(dbutils):
    hr = access("read-hr-directory")
    options = dict(**hr.sql_jdbc_options("srv.database.windows.net", "orders", dbtable="dbo.orders"))
    token = options.pop("accessToken")
    assert token.endswith("https://database.windows.net/.default")
    assert options == {
        "url": "jdbc:sqlserver://srv.database.windows.net:1433;database=orders;encrypt=true",
        "driver": "com.microsoft.sqlserver.jdbc.SQLServerDriver",
        "dbtable": "dbo.orders",
    }
    for database in ("a;user=b", "a}b", "", "a=b"):
        with pytest.raises(package.RequestInvalidError):
            hr.sql_jdbc_options("srv.database.windows.net", database)
    with pytest.raises(package.RequestInvalidError):
        hr.sql_jdbc_options("srv.database.windows.net", "db", password="p")


def test_pyodbcs_struct_by_bytes(dbutils, monkeypatch):
    import types

    calls = []
    module = types.SimpleNamespace(
        pooling=True, connect=lambda *args, **options: calls.append((args, options)) or "connection"
    )
    monkeypatch.setitem(sys.modules, "pyodbc", module)
    hr = access("read-hr-directory")
    assert hr.sql_connect("srv.database.windows.net", "or}ders;UID=x", autocommit=True) == "connection"
    ((text,), options) = calls[0]
    assert text == (
        "Driver={ODBC Driver 18 for SQL Server};Server={tcp:srv.database.windows.net,1433};Database={or}}ders;UID=x};Encrypt=yes;"
    )
    token = hr.credential.get_token("https://database.windows.net/.default").token
    data = b"".join(bytes([byte, 0]) for byte in token.encode("ascii"))
    assert options == {"attrs_before": {1256: len(data).to_bytes(4, "little") + data}, "autocommit": True}
    assert module.pooling is False
    with pytest.raises(package.RequestInvalidError):
        hr.sql_connect("srv.database.windows.net", "db", keywords={"PWD": "x"})


def test_debug_output_of_http_shows_no_token(serve, dbutils, capsys):
    """What `http.client` prints when somebody looks for a fault, under whichever client."""
    import http.client

    import databricks_secretless._redact as redaction

    token = access("read-hr-directory").credential.get_token(SCOPE).token
    redaction.install()
    connection = http.client.HTTPConnection("127.0.0.1", serve(lambda _asked: (200, {}, {})).port)
    connection.set_debuglevel(1)
    connection.request("GET", "/", headers={"Authorization": f"Bearer {token}"})
    connection.getresponse().read()
    sys.stdout.flush()
    shown = capsys.readouterr().out
    assert token not in shown
    assert "Authorization: Bearer [REDACTED]" in shown
