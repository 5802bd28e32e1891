import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { initTemplate, type Answers } from "../../scripts/render-template.ts";
import { actionlint, languageService, onPath, zizmor } from "./support/linters.ts";
import { ANSWERS, HOSTS, render, textsOf, WITHOUT_CLI } from "./support/rendered.ts";
import { mistakesIn } from "./support/rendered-checks.ts";
import { atAzure, atGitHub } from "./support/rendered-run.ts";
import { standInPython } from "./support/set-up.ts";

/** Texts that YAML 1.1 or 1.2 reads as something else, wherever the patterns allow them. */
const ODD_NAMES = { main_branch: "yes", prod_branch: "1e3", azure_project: "0x1F", azure_connection: "1" };

const SAMPLE: Readonly<Record<string, Answers>> = {
  "both CIs, Python, a credential, Azure": ANSWERS,
  "GitHub by branch, SQL, AWS, names": {
    ...ANSWERS,
    ...HOSTS.aws,
    ci_platform: "github_actions",
    cloud: "aws",
    language: "sql",
    external_access: "none",
    github_ids: "names",
    github_trust: "branch",
  },
  "Azure DevOps by pipeline, Python, GCP, names that YAML would read otherwise": {
    ...ANSWERS,
    ...HOSTS.gcp,
    ...ODD_NAMES,
    project_name: "null",
    ci_platform: "azure_devops",
    cloud: "gcp",
    external_access: "none",
  },
};

/** The answers without some of them. */
const without = (...names: readonly (keyof typeof ANSWERS)[]): Answers =>
  Object.fromEntries(Object.entries(ANSWERS).filter(([name]) => !names.some((one) => one === name)));
const tools = { actionlint: await onPath("actionlint"), zizmor: await onPath("zizmor") };
const absent = (tool: keyof typeof tools): string =>
  tools[tool] === undefined ? ` (skipped: there is no ${tool} on PATH)` : "";

describe(`bundle templates, rendered${WITHOUT_CLI}`, function () {
  this.slow(3_000);
  const rendered = new Map<string, Answers>();
  before(async function () {
    if (WITHOUT_CLI !== "") this.skip();
    for (const answers of Object.values(SAMPLE)) rendered.set(await render(answers), answers);
  });

  it("hold what the answers say, nothing of the template, no secret, nothing unpinned, no right too many", async () => {
    for (const [folder, answers] of rendered)
      assert.deepEqual(mistakesIn(await textsOf(folder), answers), [], JSON.stringify(answers));
  });

  it("GitHub's own language service accepts the workflows", async () => {
    for (const folder of rendered.keys())
      for (const [file, text] of await textsOf(folder))
        if (file.includes(".github/workflows/")) assert.deepEqual(await languageService(file, text), []);
  });

  it(`actionlint reports nothing${absent("actionlint")}`, async function () {
    if (tools.actionlint === undefined) this.skip();
    for (const folder of rendered.keys()) {
      const files = [...(await textsOf(folder))].filter(([file]) => file.includes(".github/workflows/"));
      if (files.length === 0) continue;
      const { code, output } = await actionlint(tools.actionlint, folder, new Map(files));
      assert.deepEqual([code, output], [0, ""]);
    }
  });

  it(`zizmor reports nothing, at its strictest${absent("zizmor")}`, async function () {
    if (tools.zizmor === undefined) this.skip();
    for (const [folder, answers] of rendered) {
      if (answers["ci_platform"] === "azure_devops") continue;
      const { code, output } = await zizmor(tools.zizmor, [folder]);
      assert.equal(code, 0, output);
      assert.match(output, /No findings to report/);
    }
  });
});

describe(`bundle templates and bad input${WITHOUT_CLI}`, function () {
  this.slow(2_000);
  before(function () {
    if (WITHOUT_CLI !== "") this.skip();
  });

  /** Fails, says `said`, and makes nothing. */
  async function refused(answers: Answers, said: RegExp, form: "bundle" | "ci" = "bundle"): Promise<void> {
    const output = await freshUntilExit("refused");
    const result = await initTemplate(form, answers, output);
    assert.notEqual(result.code, 0, JSON.stringify(answers));
    assert.match(result.said, said);
    assert.deepEqual([...(await textsOf(output)).keys()], []);
  }

  for (const [name, value] of [
    ["project_name", "lake\nx: y"],
    ["project_name", "../lake"],
    ["staging_host", "https://adb-1.1.azuredatabricks.net/?o=1"],
    ["prod_host", "http://adb-1.1.azuredatabricks.net"],
    ["main_branch", 'main"; rm -rf .'],
    ["github_repository", "example-org/lake:environment:prod"],
    ["github_ids", "1/2:3"],
    ["azure_project", "lake/other"],
    ["service_credential", "c: [d"],
    ["secretless_ref", "example-org/databricks-secretless/action@v1"],
    ["registrar", "$(id)"],
  ] as const) {
    it(`refuse ${name}: ${JSON.stringify(value)}, and show a good one`, () =>
      refused({ ...ANSWERS, [name]: value }, /Wanted: .*(?:such as|commit)/));
  }

  for (const name of [
    "account_id",
    "planner",
    "prod_job_principal",
    "staging_host",
    "secretless_ref",
  ] as const) {
    it(`name ${name} where it is missing and nobody can be asked`, () => {
      return refused(without(name), new RegExp(`\\b${name}\\b`));
    });
  }

  for (const [what, answers, said] of [
    [
      "no repository for GitHub",
      { github_repository: "" },
      /github_repository is missing: .*example-org\/lake/,
    ],
    ["no IDs for GitHub", { github_ids: "" }, /github_ids is missing: .*gh api repos\/example-org\/lake/],
    ["no organisation for Azure DevOps", { azure_organization: "" }, /azure_organization is missing/],
    ["no registrar for access", { registrar: "" }, /registrar is missing/],
    [
      "one principal for two tasks",
      { registrar: ANSWERS.planner.toUpperCase() },
      /registrar: .*another of the service principals/,
    ],
    [
      "a workspace of another cloud",
      { cloud: "aws", azure_trust: "pipeline" },
      /staging_host is a workspace on azure, but cloud is aws/,
    ],
    ["access from SQL", { language: "sql" }, /a SQL warehouse cannot use a service credential/],
    [
      "no warehouse for SQL",
      { language: "sql", external_access: "none", prod_warehouse_id: "" },
      /prod_warehouse_id are needed/,
    ],
    [
      "one branch for two targets",
      { github_trust: "branch", prod_branch: "main" },
      /prod_branch: .*another than main/,
    ],
    ["a branch that git refuses", { main_branch: "main.lock" }, /main_branch: .*such as main/],
    ["IDs at an Enterprise Server", { github_host: "github.example.com" }, /github_ids: .*Answer names/],
    [
      "a connection for another cloud than Azure",
      { ...HOSTS.gcp, cloud: "gcp", azure_trust: "service_connection" },
      /azure_trust: .*Answer pipeline/,
    ],
  ] as const) {
    it(`refuse ${what}`, () => refused({ ...ANSWERS, ...answers }, said));
  }

  it("never overwrite: a second time ends before anything is written", async () => {
    const output = await freshUntilExit("twice");
    assert.equal((await initTemplate("bundle", ANSWERS, output)).code, 0);
    const file = path.join(output, "lake_orders/access.yml");
    await writeFile(file, "mine\n");
    const again = await initTemplate("bundle", ANSWERS, output);
    assert.notEqual(again.code, 0);
    assert.match(again.said, /already exist/);
    assert.equal(await readFile(file, "utf8"), "mine\n");
  });

  it("secretless-ci adds new files alone to a bundle that is there, also in a folder of a monorepo", async () => {
    for (const bundle_root of [".", "bundles/orders"]) {
      const output = await freshUntilExit("existing");
      const theirs = ["databricks.yml", "README.md", "SETUP.md", "access.yml", "policy.yml", ".gitignore"];
      const there = [
        ".github/workflows/ci.yml",
        ".github/dependabot.yml",
        ".pre-commit-config.yaml",
        ...theirs.map((name) => path.posix.join(bundle_root, name)),
      ];
      for (const name of there) {
        await mkdir(path.dirname(path.join(output, name)), { recursive: true });
        await writeFile(path.join(output, name), `${name}\n`);
      }
      const asked = without(
        "staging_job_principal",
        "prod_job_principal",
        "registrar",
        "external_access",
        "staging_warehouse_id",
        "prod_warehouse_id",
      );
      const answers = { ...asked, bundle_root, staging_target: "true", prod_target: "on" };
      const { code, said } = await initTemplate("ci", answers, output);
      assert.equal(code, 0, said);
      const files = new Map(await textsOf(output));
      for (const name of there) {
        assert.equal(files.get(name), `${name}\n`);
        files.delete(name);
      }
      const added = [
        ".azure-pipelines/lake_orders-bundle.yml",
        ".azure-pipelines/lake_orders-deploy.yml",
        ".azure-pipelines/lake_orders-plan.yml",
        ".github/workflows/lake_orders-deploy.yml",
        ".github/workflows/lake_orders-plan.yml",
        path.posix.join(bundle_root, "SECRETLESS.md"),
      ];
      assert.deepEqual([...files.keys()].sort(), added.sort());
      assert.deepEqual(mistakesIn(files, answers), []);
    }
  });
});

describe(`a project from secretless-bundle deploys from its first push${WITHOUT_CLI}`, function () {
  this.timeout(180_000).slow(10_000);
  let python: string;
  before(async function () {
    if (WITHOUT_CLI !== "") this.skip();
    python = await standInPython();
  });

  const planned = (outputs: Readonly<Record<string, string>>): unknown =>
    JSON.parse(outputs["plan"] ?? "null");
  const UNCHANGED = { changes: [], unchanged: 1 };

  it("at GitHub: deployed as SETUP.md says, granted, and a pull request's plan sees no change", async () => {
    const project = await atGitHub(ANSWERS, python);
    try {
      const deployed = await project.run("deploy", "prod");
      assert.equal(deployed.exitCode, 0, deployed.log);
      assert.equal(deployed.outputs["principal"], ANSWERS.prod_deployer);
      const credential = "lake_orders_prod";
      const { serviceCredentials } = project.sandbox.workspace;
      assert.deepEqual(serviceCredentials.accessOf(credential), []);
      const registered = await project.run("access", "prod");
      assert.equal(registered.exitCode, 0, registered.log);
      assert.equal(registered.outputs["principal"], ANSWERS.registrar);
      assert.deepEqual(serviceCredentials.accessOf(credential), [ANSWERS.prod_job_principal]);
      const plan = await project.run("plan", "prod");
      assert.equal(plan.exitCode, 0, plan.log);
      assert.equal(plan.outputs["principal"], ANSWERS.planner);
      assert.deepEqual(planned(plan.outputs), UNCHANGED);
      const pullRequest = await project.run("deploy", "prod", { event: "pull_request", environment: "" });
      assert.notEqual(pullRequest.exitCode, 0);
      assert.match(pullRequest.log, /EXCHANGE_REFUSED/);
    } finally {
      await project.stop();
    }
  });

  it("in Azure Pipelines, through service connections", async () => {
    const project = await atAzure(ANSWERS, python);
    try {
      const deployed = await project.run("deploy", "prod");
      assert.equal(deployed.result, "Succeeded", deployed.log);
      assert.equal(deployed.outputs["principal"], ANSWERS.prod_deployer);
      const registered = await project.run("access", "prod");
      assert.equal(registered.result, "Succeeded", registered.log);
      assert.equal(registered.outputs["principal"], ANSWERS.registrar);
      const plan = await project.run("plan", "prod");
      assert.equal(plan.result, "Succeeded", plan.log);
      assert.equal(plan.outputs["principal"], ANSWERS.planner);
      assert.deepEqual(planned(plan.outputs), UNCHANGED);
    } finally {
      await project.stop();
    }
  });
});
