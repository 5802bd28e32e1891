"""Reads the access manifest that the deployment writes beside the deployed sources.

Format: ``schemas/manifest.schema.json``; this reader accepts exactly what the schema accepts.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._errors import ManifestInvalidError, ManifestNotFoundError, ManifestTooNewError

MANIFEST_FILE = "secretless-access.json"
VERSION = 1
LARGEST = 4 * 1024 * 1024
"""Bytes of the largest manifest that is read."""

_ADDRESS = re.compile(
    r"(?:https://[^\s/?#@\\]+|http://(?:localhost|127\.[0-9]+\.[0-9]+\.[0-9]+|\[::1\])(?::[0-9]+)?)(?:/[^\s?#\\]*)?"
)
_PURPOSE = re.compile(r"[a-z][a-z0-9-]{0,62}")
_DATE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_ID = re.compile(r"[0-9]+")
_SECRET = re.compile(r"[^.]+\.[^.]+\.[^.]+")
_ROLE = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/.+")
_TEXT = re.compile(r"[\s\S]+")

_MEMBERS: Mapping[str, Mapping[str, re.Pattern[str] | None]] = {
    "unity_catalog_credential": {"credential": _TEXT},
    "unity_catalog_secret": {"secret": _SECRET},
    "unity_catalog_connection": {"connection": _TEXT},
    "entra_application": {"present": None, "tenant": _TEXT, "client_id": _TEXT, "authority": _ADDRESS},
    "aws_role": {"present": None, "role": _ROLE},
    "vault_role": {"present": None, "address": _ADDRESS, "mount": _TEXT, "role": _TEXT, "namespace": _TEXT},
}
_OPTIONAL = frozenset({"namespace", "until"})


@dataclass(frozen=True)
class Present:
    """What the target sees: a token of this service credential's identity for this audience."""

    credential: str
    audience: str


@dataclass(frozen=True)
class Grant:
    """What one purpose of one job resolved to. Holds no secret, so that it may be shipped to executors."""

    purpose: str
    kind: str
    job: str
    job_id: str
    run_as: str
    bundle: str
    target: str
    workspace: str
    members: tuple[tuple[str, str], ...]
    present: Present | None
    """``None`` for kinds without one, and where the workspace's own issuer is presented."""
    until: str | None

    def get(self, name: str) -> str:
        """Return a member of the kind, empty if there is none."""
        return dict(self.members).get(name, "")

    @property
    def credential(self) -> str:
        """Name of the service credential behind the purpose, empty if there is none."""
        return self.present.credential if self.present is not None else self.get("credential")


@dataclass(frozen=True)
class Job:
    """A job of the bundle with what it was granted."""

    key: str
    id: str
    run_as: str
    purposes: Mapping[str, Grant]
    elsewhere: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Manifest:
    """What the purposes of one bundle and target resolved to."""

    path: str
    bundle: str
    target: str
    workspace: str
    jobs: Mapping[str, Job]


def find_manifest(starts: Iterator[Path]) -> Path:
    """Return the first manifest beside a start or above it.

    Raises:
        ManifestNotFoundError: there is none; names the folders that were looked at.

    """
    looked: list[str] = []
    for start in starts:
        try:
            folder = start.resolve()
        except (OSError, RuntimeError):
            continue
        if folder.is_file():
            folder = folder.parent
        if str(folder) in looked:
            continue
        looked.append(str(folder))
        for level in (folder, *folder.parents):
            candidate = level / MANIFEST_FILE
            if candidate.is_file():
                return candidate
    raise ManifestNotFoundError(
        f"No {MANIFEST_FILE} in {' or '.join(looked) or 'any folder'}, nor in a folder above.",
        "Deploy the bundle with an access.yml that grants something; code outside the bundle's folder (a wheel) "
        "gives the path: access(..., manifest=...).",
    )


def starts_of(caller: Mapping[str, Any]) -> Iterator[Path]:
    """Yield where the running code may stand: its module, the main program, its script, the working directory.

    On Databricks the working directory of a notebook or file is its own folder.
    """
    main = sys.modules.get("__main__")
    for value in (caller.get("__file__"), getattr(main, "__file__", None), *sys.argv[:1]):
        if isinstance(value, str) and value and not value.startswith(("<", "-")):
            yield Path(value)
    try:
        yield Path.cwd()
    except OSError:
        return


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        ManifestInvalidError: it cannot be read or is not what the deployment writes.
        ManifestTooNewError: its version is newer than this package's.

    """
    problem = ""
    value: Any = None
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            problem = "it is too large"
        else:
            value = json.loads(data.decode("utf-8"), object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except OSError as error:
        problem = f"it cannot be read ({error.strerror or type(error).__name__})"
    except (ValueError, RecursionError):
        problem = "it is not JSON"
    if problem:
        raise _invalid(path, problem)
    version = value.get("version") if isinstance(value, dict) else None
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise ManifestTooNewError(
            f"{path} has version {version}; this package reads version {VERSION}.",
            "Install a newer databricks-secretless-runtime: the same version as the deployment's, or later.",
        )
    try:
        return _manifest(str(path), value)
    except _Mistake as mistake:
        problem = str(mistake)
    raise _invalid(path, problem)


def _invalid(path: Path, problem: str) -> ManifestInvalidError:
    return ManifestInvalidError(
        f"{path} cannot be used: {problem}.", "Deploy the bundle again: the deployment writes it."
    )


class _Mistake(Exception):  # noqa: N818
    """Ends the reading; its text says where and what."""


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_constant(_name: str) -> None:
    raise ValueError


def _members(value: Any, where: str, names: frozenset[str], optional: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Mistake(f"{where} is not an object")
    for name in value:
        if name not in names:
            raise _Mistake(f"{where} has an unknown member {json.dumps(name)[:80]}")
    for name in sorted(names - optional):
        if name not in value:
            raise _Mistake(f"{where} has no {name}")
    return value


def _text(value: Any, where: str, pattern: re.Pattern[str] = _TEXT) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise _Mistake(f"{where} is not what the schema wants")
    return value


def _table(value: Any, where: str, keys: re.Pattern[str] | None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Mistake(f"{where} is not an object")
    for name in value:
        if keys is not None and keys.fullmatch(name) is None:
            raise _Mistake(f"{where} has a key that is no purpose")
    return value


def _manifest(path: str, value: Any) -> Manifest:
    names = frozenset({"version", "bundle", "target", "workspace", "jobs"})
    top = _members(value, "the manifest", names, frozenset())
    if top["version"] != VERSION or isinstance(top["version"], bool):
        raise _Mistake(f"its version is not {VERSION}")
    bundle, target = _text(top["bundle"], "bundle"), _text(top["target"], "target")
    workspace = _text(top["workspace"], "workspace", _ADDRESS)
    jobs = {key: _job(key, one, (bundle, target, workspace)) for key, one in _table(top["jobs"], "jobs", None).items()}
    return Manifest(path, bundle, target, workspace, jobs)


def _job(key: str, value: Any, bundle: tuple[str, str, str]) -> Job:
    where = f"job {json.dumps(key)}"
    names = frozenset({"id", "run_as", "purposes", "elsewhere"})
    own = _members(value, where, names, frozenset({"elsewhere"}))
    job_id, run_as = _text(own["id"], f"id of {where}", _ID), _text(own["run_as"], f"run_as of {where}")
    purposes = {
        purpose: _grant((purpose, key, job_id, run_as), one, bundle)
        for purpose, one in _table(own["purposes"], f"purposes of {where}", _PURPOSE).items()
    }
    elsewhere: dict[str, tuple[str, ...]] = {}
    for purpose, targets in _table(own.get("elsewhere", {}), f"elsewhere of {where}", _PURPOSE).items():
        if not isinstance(targets, list) or not targets:
            raise _Mistake(f"elsewhere of {where} is no list of targets")
        elsewhere[purpose] = tuple(_text(target, f"elsewhere of {where}") for target in targets)
    return Job(key, job_id, run_as, purposes, elsewhere)


def _grant(job: tuple[str, str, str, str], value: Any, bundle: tuple[str, str, str]) -> Grant:
    purpose, key, job_id, run_as = job
    where = f"purpose {json.dumps(purpose)} of job {json.dumps(key)}"
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _MEMBERS:
        raise _Mistake(f"{where} has an unknown kind of access")
    known = _MEMBERS[kind]
    own = _members(value, where, frozenset({"kind", "until", *known}), _OPTIONAL)
    members: list[tuple[str, str]] = []
    for name, pattern in known.items():
        if name in own and pattern is not None:
            members.append((name, _text(own[name], f"{name} of {where}", pattern)))
    present = _present(own["present"], where) if "present" in known else None
    until = _text(own["until"], f"until of {where}", _DATE) if "until" in own else None
    return Grant(purpose, kind, key, job_id, run_as, *bundle, tuple(members), present, until)


def _present(value: Any, where: str) -> Present | None:
    if value == "databricks":
        return None
    own = _members(value, f"present of {where}", frozenset({"credential", "audience"}), frozenset())
    return Present(*(_text(own[name], f"{name} of {where}") for name in ("credential", "audience")))
