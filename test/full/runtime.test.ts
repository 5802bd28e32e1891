import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { MANIFEST_FILE, renderManifest } from "../../core/access/manifest.ts";
import { JOB_RUNNER } from "../../sandbox/defaults.ts";
import { CREDENTIAL, prepareJobAccess } from "../../sandbox/job-access.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { environmentForTests, runToEnd, RUNTIME } from "../../sandbox/runner/python.ts";
import { startSandbox } from "../../sandbox/sandbox.ts";
import { buildWheel } from "../../scripts/wheel.ts";

const SHORT_LIVED = `
import concurrent.futures, time
from databricks_secretless import access
services = dbutils.widgets.get("services")
graph = access("read-hr-directory").rest(services, scope="https://graph.microsoft.com/.default")
def work(_):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        assert graph.get("/v1.0/users").status_code == 200
        time.sleep(0.05)
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    list(pool.map(work, range(8)))
`;

describe("the runtime package with all its vendors' clients (skipped without Python 3.10 or later and a package registry)", function () {
  this.timeout(600_000);
  let python: string;
  let folder: string;
  const has = async (module: string): Promise<boolean> =>
    (await runToEnd(python, ["-c", `import ${module}`])).code === 0;

  before(async function () {
    folder = await freshUntilExit("runtime-python");
    const found = await environmentForTests(folder);
    if (found === undefined) return this.skip();
    python = found;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("its own tests pass, against the vendors' clients that are there", async () => {
    const { code, output } = await runToEnd(python, ["-m", "pytest", "-q"]);
    const counts = /^\d+ (?:passed|failed).*$/m.exec(output)?.[0];
    console.log(`pytest of runtime/: ${counts ?? "no counts"}`);
    for (const [line] of output.matchAll(/^SKIPPED .*$/gm)) console.log(`pytest ${line.toLowerCase()}`);
    assert.equal(code, 0, output);
    assert.match(counts ?? "", /^[1-9]\d* passed/);
  });

  it("a token of 5 s over 30 s: every request of eight threads is answered", async () => {
    const sandbox = await startSandbox();
    try {
      prepareJobAccess(sandbox);
      const { serviceCredentials } = sandbox.workspace;
      serviceCredentials.tokenLife = 5_000;
      serviceCredentials.grant(CREDENTIAL, JOB_RUNNER.applicationId);
      const place = await freshUntilExit("short-lived");
      const purpose = "read-hr-directory";
      const granted = { purpose, kind: "unity_catalog_credential", credential: CREDENTIAL } as const;
      const text = renderManifest({
        bundle: "b",
        target: "prod",
        workspace: sandbox.workspaceUrl,
        jobs: [{ key: "j", id: "1", runAs: JOB_RUNNER.applicationId, purposes: [granted] }],
      });
      await writeFile(path.join(place, MANIFEST_FILE), text);
      const token = "sandbox-session-of-the-short-lived-job";
      sandbox.tokens.accept(token, JOB_RUNNER.applicationId, Date.now() + 600_000);
      const file = path.join(place, "job.py");
      await writeFile(file, SHORT_LIVED);
      const doubles = path.resolve(RUNTIME, "../sandbox/python");
      const services = `services=${sandbox.services.url}`;
      const { code, output } = await runToEnd(python, [path.join(doubles, "play.py"), file, services], {
        env: {
          PYTHONPATH: [path.join(RUNTIME, "src"), doubles].join(path.delimiter),
          DATABRICKS_RUNTIME_VERSION: "16.4",
          SANDBOX_WORKSPACE: sandbox.workspaceUrl,
          SANDBOX_TOKEN: token,
        },
      });
      assert.equal(code, 0, output);
      const statuses = sandbox.requests
        .filter(({ system }) => system === "services")
        .map(({ status }) => status);
      console.log(`${String(statuses.length)} requests, ${String(serviceCredentials.vends)} tokens`);
      assert.ok(statuses.length > 100);
      assert.deepEqual([...new Set(statuses)], [200]);
      assert.ok(serviceCredentials.vends >= 6);
    } finally {
      await sandbox.stop();
    }
  });

  for (const [tool, args] of [
    ["ruff", ["check", "."]],
    ["ruff", ["format", "--check", "."]],
    ["mypy", []],
  ] as const) {
    it(`${[tool, ...args].join(" ")} finds nothing (skipped without ${tool})`, async function () {
      if (!(await has(tool))) return this.skip();
      const { code, output } = await runToEnd(python, ["-m", tool, ...args]);
      assert.equal(code, 0, output);
    });
  }

  it("the wheel is the same bytes each time, and installs alone (skipped without build)", async function () {
    if (!(await has("build")) || !(await has("hatchling"))) return this.skip();
    const hashes: string[] = [];
    let wheel = "";
    for (let time = 0; time < 2; time++) {
      wheel = (await buildWheel(await freshUntilExit("runtime-build"), { python })) ?? "";
      hashes.push(
        createHash("sha256")
          .update(await readFile(wheel))
          .digest("hex"),
      );
    }
    assert.equal(new Set(hashes).size, 1);
    assert.match(wheel, /databricks_secretless_runtime-\d+\.\d+\.\d+-py3-none-any\.whl$/);

    const clean = path.join(await freshUntilExit("runtime-clean"), "venv");
    const inside = path.join(clean, process.platform === "win32" ? "Scripts" : "bin", "python");
    const steps: readonly (readonly [string, readonly string[]])[] = [
      [python, ["-m", "venv", clean]],
      [inside, ["-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel]],
      [
        inside,
        [
          "-c",
          "import databricks_secretless as p, pathlib, sys; p.access; " +
            "assert (pathlib.Path(p.__file__).parent / 'py.typed').is_file(); " +
            "others = {m.partition('.')[0] for m in sys.modules} - sys.stdlib_module_names; " +
            "print(sorted(m for m in others if not m.startswith(('_', 'sitecustomize', 'distutils'))))",
        ],
      ],
    ];
    for (const [file, args] of steps) {
      const { code, output } = await runToEnd(file, args, { cwd: clean.replace(/venv$/, "") });
      assert.equal(code, 0, output);
      if (args[0] === "-c") assert.equal(output.trim(), "['databricks_secretless']");
    }
  });
});
