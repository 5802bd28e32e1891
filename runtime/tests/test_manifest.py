"""The manifest: what the TypeScript writer wrote is read; what is not what it writes is refused."""

import json
import random

import pytest
from support.databricks import FIXTURE

from databricks_secretless import ManifestInvalidError, ManifestNotFoundError, ManifestTooNewError
from databricks_secretless._manifest import Present, find_manifest, read_manifest


def test_every_kind_of_the_writer_is_read():
    manifest = read_manifest(FIXTURE)
    assert (manifest.bundle, manifest.target) == ("lake", "prod")
    written = json.loads(FIXTURE.read_text("utf-8"))
    read = {
        key: {
            name: {
                "kind": grant.kind,
                **dict(grant.members),
                **({"until": grant.until} if grant.until else {}),
                **(
                    {"present": {"credential": grant.present.credential, "audience": grant.present.audience}}
                    if grant.present
                    else {}
                ),
            }
            for name, grant in job.purposes.items()
        }
        for key, job in manifest.jobs.items()
    }
    written["jobs"]["all_kinds"]["purposes"]["archive-experimental"].pop("present")
    assert read == {key: job["purposes"] for key, job in written["jobs"].items()}
    assert manifest.jobs["all_kinds"].elsewhere == {"load-samples": ("dev", "staging")}
    invoices = manifest.jobs["all_kinds"].purposes["archive-invoices"]
    assert invoices.present == Present("hr-graph-prod", "api://invoices")
    assert invoices.job_id == "9007199254740993"


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def test_what_the_writer_does_not_write_is_refused(tmp_path):
    """Each place of the file spoiled in each way; nothing but our errors comes out."""
    text = FIXTURE.read_text("utf-8")
    path = tmp_path / "secretless-access.json"
    refused = 0
    for place in places(json.loads(text)):
        for spoiled in (None, 5, [], {}, True, "", ["x"], {"x": 1}):
            value = json.loads(text)
            if not place:
                value = spoiled
            else:
                holder = value
                for key in place[:-1]:
                    holder = holder[key]
                holder[place[-1]] = spoiled
            path.write_text(json.dumps(value), "utf-8")
            try:
                read_manifest(path)
            except ManifestInvalidError as error:
                refused += 1
                assert str(path) in error.cause
            except ManifestTooNewError:
                assert place == ("version",)
            else:
                # An empty table is one that the writer may write.
                empty = spoiled == {} and place[-1] in ("jobs", "purposes", "elsewhere")
                assert empty or (spoiled == ["x"] and place[-2:-1] == ("elsewhere",)), (place, spoiled)
    assert refused > 300


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[" * 100_000, '{"version": 1, "version": 1}', '{"version": NaN}', "\ud800", "null", "1"],
)
def test_no_json_is_refused(tmp_path, text):
    path = tmp_path / "secretless-access.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ManifestInvalidError):
        read_manifest(path)


def test_random_bytes_are_refused(tmp_path):
    path = tmp_path / "secretless-access.json"
    chance = random.Random(1)
    original = FIXTURE.read_bytes()
    for _ in range(300):
        data = bytearray(original)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(bytes(data))
        try:
            read_manifest(path)
        except (ManifestInvalidError, ManifestTooNewError):
            continue


@pytest.mark.parametrize(
    "address", ["http://vault.example.com", "https://u:p@vault.example.com", "https://v.example?x"]
)
def test_addresses_are_https_without_user_information(tmp_path, address):
    path = tmp_path / "secretless-access.json"
    path.write_text(FIXTURE.read_text("utf-8").replace("https://vault.example.com:8200", address), "utf-8")
    with pytest.raises(ManifestInvalidError) as caught:
        read_manifest(path)
    assert address not in str(caught.value)


def test_a_newer_version_says_what_to_install(tmp_path):
    path = tmp_path / "secretless-access.json"
    path.write_text('{"version": 2, "whatever": []}')
    with pytest.raises(ManifestTooNewError, match="newer databricks-secretless-runtime"):
        read_manifest(path)


def test_the_nearest_one_upwards_is_found(tmp_path):
    inner = tmp_path / "files" / "src" / "jobs"
    inner.mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "files"):
        (folder / "secretless-access.json").write_text("{}")
    (inner / "job.py").write_text("")
    assert find_manifest(iter([inner / "job.py"])) == tmp_path / "files" / "secretless-access.json"
    assert find_manifest(iter([tmp_path / "gone" / "job.py"])) == tmp_path / "secretless-access.json"


def test_none_is_said_with_the_folders(tmp_path):
    with pytest.raises(ManifestNotFoundError) as caught:
        find_manifest(iter([tmp_path]))
    assert str(tmp_path) in caught.value.cause
    assert "manifest=" in caught.value.remedy
