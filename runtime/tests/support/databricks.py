"""Databricks compute as the package sees it: a runtime version, `dbutils`, a principal, a manifest."""

import itertools
import json
import sys
import time
import types
from pathlib import Path

FIXTURE = Path(__file__).parent.parent / "fixtures" / "secretless-access.json"
INGEST = "c41d0f6a-7e25-4b9c-a8d3-50e6b2f7194e"
REPORT = "3f2b9c10-77aa-4d5e-8b21-0a9c8d7e6f54"


class Token:
    def __init__(self, token, expires_on):
        self.token, self.expires_on = token, expires_on


class Provider:
    """What `getServiceCredentialsProvider` returns on Azure."""

    def __init__(self, name, life=3600):
        self.name, self.life, self.vends, self.counter = name, life, [], itertools.count()
        self.fails = None

    def get_token(self, *scopes, **_options):
        if self.fails is not None:
            raise self.fails
        self.vends.append(scopes)
        return Token(f"cloud-token-{self.name}-{next(self.counter)}-{scopes[0]}", time.time() + self.life)


class Dbutils:
    def __init__(self):
        self.providers, self.refusal, self.life = {}, None, 3600
        self.credentials = types.SimpleNamespace(getServiceCredentialsProvider=self.get)

    def get(self, name):
        if self.refusal is not None:
            raise self.refusal
        return self.providers.setdefault(name, Provider(name, self.life))

    @property
    def vends(self):
        return [vend for provider in self.providers.values() for vend in provider.vends]


def spark_as(principal):
    """A `pyspark` whose current_user() is this principal."""
    pyspark, sql = types.ModuleType("pyspark"), types.ModuleType("pyspark.sql")
    frame = types.SimpleNamespace(first=lambda: [principal])
    session = types.SimpleNamespace(sql=lambda text: frame if text == "SELECT current_user()" else None)
    sql.SparkSession = types.SimpleNamespace(getActiveSession=lambda: session)
    pyspark.TaskContext = types.SimpleNamespace(get=lambda: None)
    pyspark.sql = sql
    return {"pyspark": pyspark, "pyspark.sql": sql}


def on_databricks(monkeypatch, folder, principal=INGEST, version="16.4"):
    """Make this process look like a job's driver; returns its `dbutils`."""
    dbutils = Dbutils()
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", version)
    monkeypatch.setattr(sys.modules["__main__"], "dbutils", dbutils, raising=False)
    for name, module in (spark_as(principal) if principal else {}).items():
        monkeypatch.setitem(sys.modules, name, module)
    (folder / "secretless-access.json").write_bytes(FIXTURE.read_bytes())
    monkeypatch.chdir(folder)
    return dbutils


def change(folder, **members):
    """Change members of the manifest's purposes: purpose name → members."""
    path = folder / "secretless-access.json"
    manifest = json.loads(path.read_text("utf-8"))
    for name, values in members.items():
        for job in manifest["jobs"].values():
            if name.replace("_", "-") in job["purposes"]:
                job["purposes"][name.replace("_", "-")].update(values)
    path.write_text(json.dumps(manifest), "utf-8")
