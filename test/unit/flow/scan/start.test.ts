import assert from "node:assert/strict";
import { appendFile, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { strToU8, zipSync } from "fflate";
import { PAT } from "../../support/memory-tree.ts";
import { plan, SUMMARY, usualCli, type Flow, type PlayCli } from "../../support/flow.ts";
import { annotated, startScanFlow, writeIn } from "../../support/scan-flow.ts";

const RULE = "databricks-personal-access-token";
const wheel = (content: string): Uint8Array => zipSync({ "lake/load.py": strToU8(content) });

/** A plan that creates the job `nightly` with these settings. */
const planOf = (value: object): string =>
  JSON.stringify({
    plan_version: 2,
    plan: { "resources.jobs.nightly": { action: "create", new_state: { value } } },
  });

/** The summary of a bundle with a wheel. */
const RESOLVED = JSON.stringify({
  ...(JSON.parse(SUMMARY) as object),
  artifacts: { lake: { type: "whl", path: "." } },
});

/** A CLI that plans the job with these settings; `during` happens while it runs a command. */
function cliWith(settings: object, during: (command: string) => Promise<void> = () => Promise.resolve()) {
  const cli: PlayCli = async (command, request) => {
    await during(command);
    if (command === "plan -o json") return { stdout: planOf(settings) };
    return command === "summary -o json" ? { stdout: RESOLVED } : usualCli({})(command, request);
  };
  return cli;
}

describe("the scan of a step", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await startScanFlow();
  });
  afterEach(() => flow.stop());

  const deployed = (): boolean => flow.commands.includes("deploy");
  /** What the step showed, told or wrote. */
  const everything = (): string =>
    JSON.stringify([flow.ci.log, flow.ci.debugLog, flow.ci.annotations, [...flow.ci.outputs]]) +
    flow.ci.summaryText;

  it("says what it has looked at where nothing is found, for deploy and plan alone", async () => {
    assert.equal(await flow.run({}, usualCli({})), 0, flow.error);
    const log = flow.ci.log.join("\n");
    assert.match(log, /Scan of the sources: \d files \(0\.0 MB\), nothing found/);
    assert.match(log, /Scan with what the plan has built and resolved: \d files .*, nothing found/);
    assert.match(flow.ci.summaryText, /### Static credentials\n\n\d files/);
    assert.equal(await flow.run({ command: "plan" }, usualCli({})), 0);
    assert.match(flow.ci.summaryText, /### Static credentials/);
    await flow.run({ command: "destroy", "auto-approve": "true" }, usualCli({}));
    assert.doesNotMatch(flow.ci.log.join("\n"), /Scan/);
  });

  it("stops before the plan at a token in a notebook's cell, and says where, whose and what instead", async () => {
    const cells = [
      { cell_type: "markdown", metadata: {}, source: ["# Load"] },
      { cell_type: "code", metadata: {}, outputs: [], source: ["x = 1\n", `token = "${PAT}"`] },
    ];
    await writeIn(flow, "src/load.ipynb", JSON.stringify({ cells, metadata: {}, nbformat: 4 }, null, 1));
    assert.equal(await flow.run({}, usualCli({})), 1);
    assert.match(flow.error, /^CREDENTIAL_FOUND: [^]*1 finding\. Nothing was uploaded/);
    assert.match(flow.error, /personal access token: dapi… \(36 characters\)\. Whoever has it acts as/);
    assert.match(flow.error, /\(cell 2\), rule databricks-personal-access-token, fingerprint [0-9a-f]{12}/);
    assert.match(flow.error, /to do: .*WorkspaceClient\(\)/);
    const [place] = annotated(flow, "error").flatMap((one) => one.place ?? []);
    assert.equal(place?.file, "src/load.ipynb");
    const line = (await readFile(path.join(flow.checkout, "src/load.ipynb"), "utf8")).split("\n")[
      place.line! - 1
    ]!;
    assert.ok(line.slice(place.column! - 1).startsWith("dapi"));
    assert.deepEqual(flow.commands, ["version -o json"]);
    assert.match(flow.ci.summaryText, /CREDENTIAL_FOUND/);
    assert.ok(!everything().includes(PAT.slice(4)));
  });

  it("stops after the plan at what was resolved: a parameter whose value came from a variable", async () => {
    await appendFile(
      path.join(flow.checkout, "resources/orders.yml"),
      "\n    leaky:\n      parameters:\n        - name: api_token\n          default: ${var.tok}\nvariables:\n  tok: {}\n",
    );
    const settings = { parameters: [{ name: "api_token", default: PAT }] };
    for (const command of ["plan", "deploy"]) {
      const cli = cliWith(settings);
      assert.equal(await flow.run({ command, variables: `tok=${PAT}` }, cli), 1);
      assert.match(flow.error, /^CREDENTIAL_FOUND: [^]*resources\.jobs\.nightly\.parameters\[0\]\.default/);
      assert.ok(flow.commands.includes("plan -o json") && !deployed());
      assert.match(flow.ci.outputs.get("plan") ?? "", /jobs\.nightly/, "the plan is shown all the same");
      assert.ok(!everything().includes(PAT.slice(4)));
    }
  });

  it("tells what the scan and what the plan forbids together", async () => {
    const cli: PlayCli = (command, request) => {
      const json = JSON.parse(planOf({ spark_conf: { x: PAT } })) as { plan: Record<string, object> };
      json.plan["resources.schemas.orders"] = { action: "delete" };
      return command === "plan -o json" ? { stdout: JSON.stringify(json) } : usualCli({})(command, request);
    };
    assert.equal(await flow.run({}, cli), 1);
    assert.match(flow.error, /^CREDENTIAL_FOUND: [^]*DESTRUCTIVE_PLAN: /);
  });

  describe("of a wheel", () => {
    beforeEach(async () => {
      await writeIn(flow, ".gitignore", "dist/\n");
      await appendFile(
        path.join(flow.checkout, "databricks.yml"),
        "\nartifacts:\n  lake: { type: whl, path: . }\n",
      );
    });
    const build = (on: string, content: string) => async (command: string) => {
      if (command === on) await writeIn(flow, "dist/lake.whl", wheel(content));
    };

    it("that the plan builds stops the deployment, at the member", async () => {
      assert.equal(await flow.run({}, cliWith({}, build("plan -o json", `t = "${PAT}"`))), 1);
      assert.match(flow.error, /^CREDENTIAL_FOUND: [^]*dist\/lake\.whl!lake\/load\.py:1:6/);
      assert.ok(!deployed());
    });

    it("that the deployment builds anew is scanned again, and called uploaded", async () => {
      const clean = cliWith({}, async (command) => {
        await build("plan -o json", "a = 1")(command);
        await build("deploy", "a = 2")(command);
      });
      assert.equal(await flow.run({}, clean), 0, flow.error);
      assert.match(
        flow.ci.log.join("\n"),
        /Uploaded otherwise than it was scanned, so scanned again: dist\/lake\.whl/,
      );
      assert.equal(await flow.run({}, cliWith({}, build("deploy", `t = "${PAT}"`))), 1);
      assert.match(flow.error, /^CREDENTIAL_UPLOADED: [^]*in the workspace already/);
      assert.ok(deployed() && flow.ci.outputs.has("jobs"));
    });

    const broken = (): Promise<void> => writeIn(flow, "dist/lake.whl", wheel("a = 1").slice(0, 60));

    it("that cannot be opened stops the run before anything is uploaded", async () => {
      assert.equal(await flow.run({}, cliWith({}, broken)), 1);
      assert.match(flow.error, /^SCAN_INCOMPLETE: [^]*Nothing was uploaded/);
      assert.match(flow.error, /dist\/lake\.whl, rule not-scanned, fingerprint [0-9a-f]{12}/);
      assert.match(flow.ci.log.join("\n"), /1 not scanned/);
      assert.ok(!deployed());
    });

    it("that cannot be opened is a warning under `warn`", async () => {
      assert.equal(await flow.run({ scan: "warn" }, cliWith({}, broken)), 0, flow.error);
      assert.match(annotated(flow, "warning")[0]?.text ?? "", /^File that cannot be scanned: /);
      assert.match(flow.ci.summaryText, /Not scanned/);
    });

    it("that cannot be opened is accepted by an exception with a reason, whatever its bytes", async () => {
      assert.equal(await flow.run({}, cliWith({}, broken)), 1);
      const [, mark = ""] = /not-scanned, fingerprint (\w+)/.exec(flow.error) ?? [];
      await writeIn(
        flow,
        ".secretless-ignore.yml",
        `version: 1\nexceptions:\n  - {rule: not-scanned, path: dist/lake.whl, fingerprint: ${mark}, reason: vendor's, expires: 2999-01-01}\n`,
      );
      const otherwise = (): Promise<void> => writeIn(flow, "dist/lake.whl", wheel("b = 2").slice(0, 60));
      assert.equal(await flow.run({}, cliWith({}, otherwise)), 0, flow.error);
      assert.match(flow.ci.log.join("\n"), /Accepted until 2999-01-01: not-scanned in dist\/lake\.whl/);
    });
  });

  it("says that a plan for Terraform's state holds no configuration", async () => {
    const cli: PlayCli = (command, request) =>
      command === "plan -o json"
        ? { stdout: plan({ "jobs.a": "create" }, {}) }
        : usualCli({})(command, request);
    assert.equal(await flow.run({}, cli), 0);
    assert.match(flow.ci.summaryText, /Terraform state does not hold/);
  });

  it("warns of a setting that needs a stored credential, and deploys", async () => {
    const settings = { new_cluster: { aws_attributes: { instance_profile_arn: "arn:aws:iam::1:x" } } };
    assert.equal(await flow.run({}, cliWith(settings)), 0, flow.error);
    assert.match(annotated(flow, "warning")[0]?.text ?? "", /^Instance profile: /);
    assert.match(flow.ci.summaryText, /Who can use it[^]*Instance profile/);
  });

  it("with `warn` shows all findings and deploys; with `off` does not look", async () => {
    await writeIn(flow, "src/load.py", `token = "${PAT}"\n`);
    assert.equal(await flow.run({ scan: "warn" }, cliWith({ spark_conf: { x: PAT } })), 0, flow.error);
    assert.ok(deployed());
    const places = annotated(flow, "warning").map(({ place }) => place?.file);
    assert.deepEqual(places, ["src/load.py", "resources/orders.yml"], "each is shown once");
    assert.match(flow.ci.summaryText, /src\/load&#46;py[^]*WorkspaceClient/);
    assert.ok(!everything().includes(PAT.slice(4)));
    assert.equal(await flow.run({ scan: "off", "sarif-file": "off.sarif" }, usualCli({})), 0);
    assert.doesNotMatch(everything(), /Scan|Static/);
    assert.ok(!(await readdir(flow.checkout)).includes("off.sarif"));
  });

  it("names files relative to the repository, which may lie below the CI's checkout", async () => {
    await writeIn(flow, "src/load.py", `token = "${PAT}"\n`);
    const above = await flow.freshFolder("outer");
    await rename(flow.checkout, path.join(above, "repo"));
    const inputs = { "bundle-root": "repo" };
    assert.equal(await flow.run(inputs, usualCli({}), { context: { checkout: above } }), 1);
    assert.match(flow.error, /found: src\/load\.py:1:10/);
    // Without a repository, to what the CI says.
    await rm(path.join(above, "repo/.git"), { recursive: true });
    assert.equal(await flow.run(inputs, usualCli({}), { context: { checkout: above } }), 1);
    assert.match(flow.error, /found: repo\/src\/load\.py:1:10/);
  });

  it("writes SARIF also when it stops the run, and says if it cannot", async () => {
    await writeIn(flow, "src/load.py", `token = "${PAT}"\n`);
    const sarif = path.join(flow.temp, "scan.sarif");
    assert.equal(await flow.run({ "sarif-file": sarif }, usualCli({})), 1);
    const text = await readFile(sarif, "utf8");
    const { runs } = JSON.parse(text) as { runs: [{ results: { ruleId: string }[] }] };
    assert.deepEqual(
      runs[0].results.map(({ ruleId }) => ruleId),
      [RULE],
    );
    assert.ok(!text.includes(PAT.slice(4)));
    assert.equal(await flow.run({ "sarif-file": "src/load.py/x" }, usualCli({})), 1);
    assert.match(
      flow.error,
      /^CREDENTIAL_FOUND: [^]*INPUT_INVALID: The file of `sarif-file`[^]*src\/load\.py\/x: it lies below/,
    );
  });

  it("annotates the first findings, and counts all", async () => {
    const token = (n: number): string => PAT.slice(0, -3) + String(n + 100);
    for (const half of [0, 1])
      await writeIn(
        flow,
        `src/load${String(half)}.py`,
        Array.from({ length: 60 }, (_, n) => `t = "${token(half * 60 + n)}"\n`).join(""),
      );
    assert.equal(await flow.run({}, usualCli({})), 1);
    assert.match(flow.error, /has 120 findings\. Nothing was uploaded\. The first 100 are shown/);
    assert.equal(annotated(flow, "error").length, 10);
    assert.equal(await flow.run({ scan: "warn" }, usualCli({})), 0);
    assert.equal(annotated(flow, "warning").length, 5);
  });

  it("puts on record what it found, without any value", async () => {
    await writeIn(flow, "src/load.py", `token = "${PAT}"\n`);
    assert.equal(await flow.run({}, usualCli({})), 1);
    const text = await readFile(flow.ci.outputs.get("audit-log") ?? "", "utf8");
    const events = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const [event] = events.filter(({ status_code: code }) => code === "CREDENTIAL_FOUND");
    assert.match(
      JSON.stringify(event),
      /"rule":"databricks-personal-access-token","file":"src\/load.py","line":1/,
    );
    assert.ok(!text.includes(PAT));
  });

  it("lets the policy say which secret scopes the jobs of a target may read", async () => {
    const value = {
      tasks: [],
      job_clusters: [{ new_cluster: { spark_conf: { a: "{{secrets/dev-lake/key}}" } } }],
    };
    const entries = { "resources.jobs.nightly": { action: "create", new_state: { value } } };
    const planned = { stdout: JSON.stringify({ plan_version: 2, plan: entries }) };
    const cli: PlayCli = (command, request) =>
      command === "plan -o json" ? planned : usualCli({})(command, request);
    assert.equal(await flow.run({}, cli), 0, flow.error);
    const policy =
      "version: 1\nscan: { scopes: { prod: [prod-*] } }\nrules: [{ name: none, effect: deny }]\n";
    await writeFile(path.join(flow.checkout, "policy.yml"), policy);
    assert.equal(await flow.run({ "policy-file": "policy.yml" }, cli), 1);
    assert.match(flow.error, /^CREDENTIAL_FOUND: [^]*dev-lake/);
    assert.ok(!flow.commands.slice(-2).includes("deploy"));
  });
});
