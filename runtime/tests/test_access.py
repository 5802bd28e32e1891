"""access(purpose): what is granted is given; every other way is told in one clear error."""

import concurrent.futures
import copy
import dataclasses
import json
import logging
import pickle
import sys
import time
import traceback
import types

import pytest
from support.databricks import FIXTURE, INGEST, REPORT, change, on_databricks

import databricks_secretless as package
from databricks_secretless import Secret, access
from databricks_secretless._credential import TokenCache
from databricks_secretless._secret import AccessToken

GRAPH = "https://graph.microsoft.com/.default"


def refused(kind, *parts):
    class Caught:
        def __enter__(self):
            self.raises = pytest.raises(kind)
            self.info = self.raises.__enter__()
            return self.info

        def __exit__(self, *details):
            done = self.raises.__exit__(*details)
            error = self.info.value
            assert error.code == kind.code
            assert error.cause
            assert error.remedy
            assert error.__cause__ is None
            assert error.__context__ is None
            for part in parts:
                assert part in str(error), str(error)
            again = pickle.loads(pickle.dumps(error))
            assert (type(again), str(again)) == (type(error), str(error))
            return done

    return Caught()


def test_a_granted_purpose_gives_a_token(dbutils):
    hr = access("read-hr-directory")
    token = hr.credential.get_token(GRAPH)
    assert token.token == f"cloud-token-hr-graph-prod-0-{GRAPH}"
    assert hr.credential.get_token_info(GRAPH).token == token.token
    assert dbutils.vends == [(GRAPH,)]
    assert (hr.purpose, hr.kind, hr.resource) == ("read-hr-directory", "unity_catalog_credential", "hr-graph-prod")


@pytest.mark.parametrize(
    ("purpose", "kind", "parts"),
    [
        (
            "no-such",
            package.PurposeUnknownError,
            ["no-such", "access.yml", INGEST, "jobs.all_kinds", "read-hr-directory"],
        ),
        ("write-report", package.PurposeOfAnotherJobError, ["daily_report", REPORT, INGEST, "jobs.all_kinds"]),
        ("load-samples", package.PurposeOfAnotherTargetError, ["dev, staging", "prod", INGEST, "access.yml"]),
    ],
)
def test_what_was_not_granted_names_file_job_and_principal(dbutils, purpose, kind, parts):
    with refused(kind, *parts):
        access(purpose)


def test_a_stranger_gets_nothing(monkeypatch, tmp_path):
    on_databricks(monkeypatch, tmp_path, principal="somebody@example.com")
    with refused(package.PurposeOfAnotherJobError, "all_kinds", "somebody@example.com"):
        access("read-hr-directory")


def test_an_ended_access_is_said(dbutils, tmp_path):
    change(tmp_path, read_until_2027={"until": "2020-01-31"})
    with refused(package.AccessExpiredError, "2020-01-31", "all_kinds", INGEST):
        access("read-until-2027")


def test_an_access_that_ends_while_the_job_runs(dbutils, monkeypatch):
    held = access("read-until-2027")
    later = types.SimpleNamespace(now=lambda _zone: __import__("datetime").datetime(2027, 4, 1))
    monkeypatch.setattr("databricks_secretless._access.datetime", later)
    with refused(package.AccessExpiredError, "2027-03-31"):
        held.rest("https://graph.microsoft.com")


def test_two_jobs_of_one_principal_ask_which(monkeypatch, tmp_path):
    on_databricks(monkeypatch, tmp_path)
    path = tmp_path / "secretless-access.json"
    manifest = json.loads(path.read_text("utf-8"))
    other = copy.deepcopy(manifest["jobs"]["all_kinds"])
    other["purposes"]["read-hr-directory"]["credential"] = "another"
    manifest["jobs"]["second"] = other
    path.write_text(json.dumps(manifest), "utf-8")
    with refused(package.PurposeAmbiguousError, "all_kinds, second", "job="):
        access("read-hr-directory")
    assert access("read-hr-directory", job="second").resource == "another"
    assert access("read-partner-key").resource == "main.crm.partner_key"
    with refused(package.PurposeOfAnotherJobError, 'job "daily_report"'):
        access("read-hr-directory", job="daily_report")


def test_the_manifest_may_be_named(dbutils, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    with refused(package.ManifestNotFoundError):
        access("read-hr-directory")
    for named in (tmp_path, tmp_path / "secretless-access.json", str(tmp_path)):
        assert access("read-hr-directory", manifest=named).purpose == "read-hr-directory"


def test_not_on_databricks_is_never_silent(dbutils, monkeypatch):
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION")
    for value in ("", "yes", "azure"):
        monkeypatch.setenv("DATABRICKS_SECRETLESS_LOCAL", value)
        with refused(package.NotOnDatabricksError, "DATABRICKS_SECRETLESS_LOCAL=azure-cli"):
            access("read-hr-directory").credential.get_token(GRAPH)
    assert dbutils.vends == []


def test_a_laptops_sign_in_is_the_developers_alone(dbutils, monkeypatch):
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION")
    monkeypatch.setenv("DATABRICKS_SECRETLESS_LOCAL", "azure-cli")
    asked = {}

    class Fake:
        def __init__(self, **options):
            asked.update(options)

        def get_token(self, *scopes):
            return types.SimpleNamespace(token="laptop-token-" + scopes[0], expires_on=time.time() + 900)

    monkeypatch.setitem(sys.modules, "azure", types.ModuleType("azure"))
    monkeypatch.setitem(sys.modules, "azure.identity", types.SimpleNamespace(DefaultAzureCredential=Fake))
    assert access("read-hr-directory").credential.get_token(GRAPH).token.startswith("laptop-token-")
    assert all(asked[f"exclude_{name}_credential"] for name in ("environment", "managed_identity", "workload_identity"))
    assert "exclude_cli_credential" not in asked
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with refused(package.ExtraNotInstalledError, "databricks-secretless-runtime[azure]"):
        access("read-hr-directory").credential.get_token(GRAPH)


@pytest.mark.parametrize(
    ("version", "old"), [("14.3", 1), ("15.3", 1), ("15.4", 0), ("16.2", 0), ("17.3.x", 0), ("client.4.9", 0)]
)
def test_the_runtime_has_an_age(monkeypatch, tmp_path, version, old):
    on_databricks(monkeypatch, tmp_path, version=version)
    if old:
        with refused(package.RuntimeTooOldError, version, "16.2"):
            access("read-hr-directory").credential.get_token(GRAPH)
    else:
        assert access("read-hr-directory").credential.get_token(GRAPH)


def test_an_executor_asks_its_own_counterpart(dbutils, monkeypatch):
    shipped = pickle.dumps(access("read-hr-directory"))
    assert b"cloud-token" not in shipped
    sys.modules["pyspark"].TaskContext.get = lambda: object()
    asked = []

    def provider(name):
        asked.append(name)
        return dbutils.get(name)

    monkeypatch.setitem(sys.modules, "databricks", types.ModuleType("databricks"))
    module = types.SimpleNamespace(getServiceCredentialsProvider=provider)
    monkeypatch.setitem(sys.modules, "databricks.service_credentials", module)
    assert pickle.loads(shipped).credential.get_token(GRAPH).token
    assert asked == ["hr-graph-prod"]
    monkeypatch.setitem(sys.modules, "databricks.service_credentials", None)
    with refused(package.RuntimeTooOldError, "16.2"):
        pickle.loads(shipped).credential.get_token(GRAPH)


SECRET_TEXT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("said", "kind", "parts"),
    [
        (
            "PERMISSION_DENIED: User does not have ACCESS on Credential",
            package.CredentialRefusedError,
            [INGEST, "ACCESS", "access.yml", "all_kinds"],
        ),
        ("403 Client Error", package.CredentialRefusedError, ["hr-graph-prod"]),
        ("CREDENTIAL_DOES_NOT_EXIST", package.CredentialNotFoundError, ["hr-graph-prod", "access.yml"]),
        (f"timeout with Bearer {SECRET_TEXT}\x1b[2J\n", package.CredentialFailedError, ["timeout"]),
    ],
)
def test_what_unity_catalog_refuses(dbutils, said, kind, parts):
    for place in ("provider", "token"):
        if place == "provider":
            dbutils.refusal = RuntimeError(said)
        else:
            dbutils.refusal = None
            dbutils.get("hr-graph-prod").fails = RuntimeError(said)
        with refused(kind, *parts) as caught:
            access("read-hr-directory").credential.get_token(GRAPH)
        assert SECRET_TEXT not in str(caught.value)
        assert "\x1b" not in str(caught.value)


def test_the_frames_below_the_public_function_are_gone(dbutils):
    dbutils.refusal = RuntimeError("PERMISSION_DENIED")
    try:
        access("read-hr-directory").credential.get_token(GRAPH)
    except package.CredentialRefusedError as error:
        frames = [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)]
    assert frames == ["test_the_frames_below_the_public_function_are_gone", "bounded"]


ASK = {
    "credential": lambda it: it.credential,
    "rest": lambda it: it.rest("https://graph.microsoft.com"),
    "key_vault": lambda it: it.key_vault("https://kv.vault.azure.net"),
    "aws_session": lambda it: it.aws_session("eu-central-1"),
    "vault": lambda it: it.vault(),
    "value": lambda it: it.value(),
    "exchange": lambda it: it.exchange("https://example.com/token"),
}


@pytest.mark.parametrize(
    ("purpose", "ask"),
    [
        *[("read-partner-key", ask) for ask in ("credential", "rest", "key_vault", "aws_session", "vault", "exchange")],
        *[("call-partner", ask) for ask in ("credential", "value", "vault", "exchange")],
        *[("archive-invoices", ask) for ask in ("credential", "rest", "vault", "value")],
        *[("read-legacy-orders", ask) for ask in ("credential", "aws_session", "value")],
        ("read-hr-directory", "vault"),
        ("read-hr-directory", "exchange"),
    ],
)
def test_what_does_not_come_with_a_kind(dbutils, purpose, ask):
    with refused(package.KindMismatchError):
        ASK[ask](access(purpose))


def test_the_workspaces_own_issuer_is_not_presented(dbutils):
    with refused(package.KindMismatchError, "archive-experimental"):
        access("archive-experimental").exchange("https://example.com/token").get_token()


# Tokens


def test_a_hundred_threads_one_vend(dbutils):
    held = access("read-hr-directory").credential
    provider = dbutils.get("hr-graph-prod")
    slow = provider.get_token
    provider.get_token = lambda *scopes: (time.sleep(0.05), slow(*scopes))[1]
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        tokens = {token.token for token in pool.map(lambda _: held.get_token(GRAPH), range(100))}
    assert len(tokens) == 1
    assert len(dbutils.vends) == 1
    held.get_token("https://vault.azure.net/.default")
    assert len(dbutils.vends) == 2


def cache(life, clock):
    made = []

    def fetch(_scopes, _claims):
        made.append(clock[0])
        return AccessToken(f"token-number-{len(made)}", int(clock[0]) + life)

    return TokenCache(fetch, lambda: clock[0]), made


@pytest.mark.parametrize(("life", "seconds", "most"), [(5, 30, 12), (3600, 7200, 3), (86_400, 86_400, 2)])
def test_no_expired_token_is_ever_given(life, seconds, most):
    clock = [time.time()]
    held, made = cache(life, clock)
    end = clock[0] + seconds
    while clock[0] < end:
        assert held.get(("s",)).expires_on > clock[0]
        clock[0] += seconds / 3000
    assert 1 < len(made) + 1 <= most + 1


def test_a_renewal_that_fails_leaves_the_old_token_while_it_lives():
    clock = [time.time()]
    state = {"fail": False, "count": 0}

    def fetch(_scopes, _claims):
        state["count"] += 1
        if state["fail"]:
            raise package.CredentialFailedError("down.", "Wait.")
        return AccessToken("first-token", int(clock[0]) + 1000)

    held = TokenCache(fetch, lambda: clock[0])
    held.get(("s",))
    state["fail"] = True
    clock[0] += 900
    assert held.get(("s",)).token == "first-token"
    clock[0] += 200
    with pytest.raises(package.CredentialFailedError):
        held.get(("s",))


def test_an_expired_token_of_the_platform_is_no_token():
    clock = [time.time()]
    held, _ = cache(-1, clock)
    with pytest.raises(package.CredentialFailedError, match="expired already"):
        held.get(("s",))


# Nothing shown


VALUE = "s3cr3t-Wert-äöü-0123"


@dataclasses.dataclass
class Holder:
    value: object


@pytest.mark.parametrize("make", [lambda: Secret(VALUE), lambda: AccessToken(VALUE, int(time.time()) + 60)])
def test_a_holder_shows_nothing(make, caplog):
    held = make()
    shown = [
        repr(held), str(held), f"{held}", f"{held!r:>40}", f"{held:x}", "%s %r" % (held, held), "{0} {0!r}".format(held),  # noqa: UP031, UP032
        repr([held]), repr({"k": held}), repr(Holder(held)), str(dataclasses.asdict(Holder(held))),
        str(copy.copy(held)), str(copy.deepcopy([held])), ascii(held),
    ]  # fmt: skip
    logging.getLogger("x").warning("%s %r", held, held)
    try:
        raise ValueError(held)
    except ValueError:
        shown.append(traceback.format_exc())
    shown.append("".join(traceback.format_exception(ValueError(held))))
    shown.append(caplog.text)
    assert [text for text in shown if VALUE in text] == []
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(package.NotSerializableError) as caught:
            pickle.dumps([held], protocol)
        assert VALUE not in str(caught.value)
    with pytest.raises(TypeError):
        json.dumps({"k": held})
    with pytest.raises(TypeError):
        vars(held)
    with pytest.raises(TypeError):
        "".join([held])
    with pytest.raises(TypeError):
        "a" + held
    with pytest.raises(TypeError):
        list(held)
    assert not hasattr(held, "__dict__")


def test_a_secret_compares_and_stays_as_it_is():
    assert Secret(VALUE) == Secret(VALUE)
    assert Secret(VALUE) != Secret(VALUE + "x")
    assert Secret(VALUE) != VALUE
    assert len({Secret(VALUE), Secret(VALUE)}) == 1
    assert Secret(VALUE).reveal() == VALUE
    with pytest.raises(AttributeError):
        Secret(VALUE).other = 1
    with pytest.raises(package.ValueTooShortError) as caught:
        Secret("short-1")
    assert "short-1" not in str(caught.value)


def test_no_token_in_what_the_objects_show(dbutils):
    hr = access("read-hr-directory")
    token = hr.credential.get_token(GRAPH).token
    objects = [
        hr,
        hr.credential,
        hr.rest("https://graph.microsoft.com"),
        hr.key_vault("https://kv.vault.azure.net"),
        access,
    ]
    options = hr.sql_jdbc_options("srv.database.windows.net", "db")
    assert token not in repr(objects)
    assert b"cloud-token" not in pickle.dumps([hr, hr.credential])
    with pytest.raises(package.NotSerializableError):
        pickle.dumps(hr.rest("https://graph.microsoft.com"))
    assert "cloud-token" not in f"{options} {options!r}"
    with pytest.raises(TypeError):
        json.dumps(options)
    with pytest.raises(package.NotSerializableError):
        pickle.dumps(options)
    assert dict(**options)["accessToken"].startswith("cloud-token-")


def test_every_error_is_in_the_documentation():
    page = FIXTURE.parents[3] / "docs" / "runtime.md"
    if not page.is_file():
        pytest.skip("the documentation is not in this copy")
    text = page.read_text("utf-8")
    errors = [
        one
        for one in [getattr(package, name) for name in package.__all__]
        if isinstance(one, type) and issubclass(one, package.SecretlessError)
    ]
    assert len(errors) > 25
    assert [one.code for one in errors if one is not package.SecretlessError and f"`{one.code}`" not in text] == []
    assert len({one.code for one in errors}) == len(errors)


def test_the_import_loads_nothing_until_something_is_used():
    import os
    import subprocess
    from pathlib import Path

    code = (
        "import sys; before = set(sys.modules); import databricks_secretless as p; "
        "print(sorted(set(sys.modules) - before)); p.redact; print('databricks_secretless._redact' in sys.modules); "
        "print(hasattr(p, 'nothing'), 'access' in dir(p))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(package.__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert done.stdout.decode().split("\n") == ["['databricks_secretless']", "True", "False True", ""]
