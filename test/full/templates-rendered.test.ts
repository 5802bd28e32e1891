import assert from "node:assert/strict";
import path from "node:path";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import type { Answers } from "../../scripts/render-template.ts";
import { mistakesIn } from "../shells/support/rendered-checks.ts";
import { ANSWERS, HOSTS, render, textsOf, WITHOUT_CLI } from "../shells/support/rendered.ts";
import {
  actionlint,
  languageService,
  onPath,
  pipelineChecker,
  runTool,
  zizmor,
} from "../shells/support/linters.ts";
import { numericId, requestsOf } from "../shells/support/recorded-commands.ts";
import { printTable } from "./table.ts";

const CLOUDS = ["azure", "aws", "gcp"] as const;
const PLATFORMS = ["github_actions", "azure_devops", "both"] as const;
const SAMPLES = [
  { language: "sql", external_access: "none" },
  { language: "python", external_access: "none" },
  { language: "python", external_access: "unity_catalog_credential" },
] as const;

/** All platforms × clouds × kinds of sample × subjects at GitHub × who signs in from Azure DevOps. */
function everything(): readonly Answers[] {
  const all = CLOUDS.flatMap((cloud) =>
    PLATFORMS.flatMap((ci_platform) =>
      SAMPLES.flatMap((sample) =>
        ["environment", "branch"].flatMap((github_trust) =>
          [ANSWERS.github_ids, "names"].flatMap((github_ids) =>
            ["service_connection", "pipeline"].map((azure_trust) => {
              const answers = { cloud, ci_platform, ...sample, github_trust, github_ids, azure_trust };
              return { ...ANSWERS, ...HOSTS[cloud], ...answers };
            }),
          ),
        ),
      ),
    ),
  );
  return all.filter(({ cloud, ci_platform, github_trust, github_ids, azure_trust }) => {
    const atGitHubToo = ci_platform !== "azure_devops";
    const inAzureToo = ci_platform !== "github_actions";
    if (!atGitHubToo && (github_trust === "branch" || github_ids === "names")) return false;
    return azure_trust === (inAzureToo && cloud === "azure" ? azure_trust : "pipeline");
  });
}

const tools = {
  actionlint: await onPath("actionlint"),
  zizmor: await onPath("zizmor"),
  python: await onPath("python3"),
};
const python = tools.python ?? "";
const hasModule = async (name: string): Promise<boolean> =>
  tools.python !== undefined && (await runTool(python, ["-c", `import ${name}`], "/")).code === 0;
const modules = { pytest: await hasModule("pytest"), build: await hasModule("build") };
const absent = (what: keyof typeof tools): string =>
  tools[what] === undefined ? ` (skipped: there is no ${what} on PATH)` : "";

describe(`every combination of answers${WITHOUT_CLI}`, function () {
  this.timeout(600_000);
  const projects = new Map<string, Answers>();
  before(async function () {
    if (WITHOUT_CLI !== "") this.skip();
    for (const answers of everything()) projects.set(await render(answers), answers);
  });
  const withWorkflows = (): string[] =>
    [...projects].filter(([, { ci_platform }]) => ci_platform !== "azure_devops").map(([folder]) => folder);

  it("renders what the answers say", async () => {
    for (const [folder, answers] of projects)
      assert.deepEqual(mistakesIn(await textsOf(folder), answers), [], JSON.stringify(answers));
    printTable("rendered", ["projects", "with workflows"], [[projects.size, withWorkflows().length]]);
  });

  it(`GitHub's language service and actionlint accept every workflow${absent("actionlint")}`, async () => {
    const workflows = new Map<string, string>();
    for (const [at, folder] of withWorkflows().entries())
      for (const [file, text] of await textsOf(folder))
        if (file.includes(".github/workflows/"))
          workflows.set(`.github/workflows/${String(at)}-${path.basename(file)}`, text);
    // Many are the same text.
    for (const text of new Set(workflows.values()))
      assert.deepEqual(await languageService("workflow", text), []);
    if (tools.actionlint === undefined) return;
    const { code, output } = await actionlint(
      tools.actionlint,
      await freshUntilExit("actionlint"),
      workflows,
    );
    assert.deepEqual([code, output], [0, ""]);
  });

  it(`zizmor reports nothing on any of them${absent("zizmor")}`, async function () {
    if (tools.zizmor === undefined) this.skip();
    const { code, output } = await zizmor(tools.zizmor, withWorkflows());
    assert.equal(code, 0, output);
    assert.match(output, /No findings to report/);
  });

  it(`Microsoft's schema and our task.json accept every pipeline`, async function () {
    const check = pipelineChecker();
    const texts = new Set<string>();
    for (const folder of projects.keys())
      for (const [file, text] of await textsOf(folder))
        if (file.includes(".azure-pipelines/")) texts.add(text);
    for (const text of texts) assert.deepEqual(check("pipeline", text), [], text);
    const [one = ""] = texts;
    for (const [right, wrong] of [
      ["inputs:", "input:"],
      ["command: ${{", "comand: ${{"],
      ["deployment: deploy", "deploymnt: deploy"],
    ] as const) {
      const spoilt = [...texts].find((text) => text.includes(right)) ?? one;
      assert.equal(
        check("pipeline", spoilt.replace(right, wrong)).length,
        1,
        `${right} → ${wrong} is accepted`,
      );
    }
  });

  it(`the sample's own tests pass${modules.pytest ? "" : " (skipped: python3 has no pytest)"}`, async function () {
    if (!modules.pytest) this.skip();
    for (const cloud of CLOUDS) {
      const folder = await render({ ...ANSWERS, ...HOSTS[cloud], cloud, azure_trust: "pipeline" });
      const { code, output } = await runTool(python, ["-m", "pytest", "-q"], folder);
      assert.equal(code, 0, output);
      assert.match(output, /4 passed/);
    }
  });

  it(`its wheel builds, with the package alone${modules.build ? "" : " (skipped: python3 has no build)"}`, async function () {
    if (!modules.build) this.skip();
    const folder = await render(ANSWERS);
    const { code, output } = await runTool(python, ["-m", "build", "--wheel"], folder);
    assert.equal(code, 0, output);
    assert.match(output, /lake_orders_jobs-0\.1\.0-py3-none-any\.whl/);
    const list = await runTool(
      python,
      ["-m", "zipfile", "-l", "dist/lake_orders_jobs-0.1.0-py3-none-any.whl"],
      folder,
    );
    const inside = [...list.output.matchAll(/^lake_orders_jobs\/(\S+)/gm)].map(([, name]) => name);
    assert.deepEqual(inside.sort(), ["__init__.py", "identity.py", "trips.py"]);
  });
});

describe(`the commands of SETUP.md${WITHOUT_CLI}`, function () {
  this.timeout(600_000);
  before(function () {
    if (WITHOUT_CLI !== "") this.skip();
  });

  for (const [cloud, identity] of [
    ["azure", { azure_managed_identity: { access_connector_id: "<resource ID>" } }],
    ["aws", { aws_iam_role: { role_arn: "<ARN>" } }],
    ["gcp", { databricks_gcp_service_account: {} }],
  ] as const) {
    it(`are what the CLI takes, and ask for what they should: ${cloud}`, async () => {
      const answers = { ...ANSWERS, ...HOSTS[cloud], cloud, azure_trust: "pipeline" };
      const folder = await render(answers);
      const asked = await requestsOf(folder, answers, (block) =>
        /^(?:assign|credential|databricks permissions) /m.test(block),
      );
      const assigned = asked.filter((one) => one.includes("permissionassignments"));
      const pairs = [
        ...["planner", "planner", "staging_deployer", "prod_deployer"],
        ...["staging_job_principal", "prod_job_principal", "registrar", "registrar"],
      ] as const;
      const account = `/api/2.0/accounts/${answers.account_id}/workspaces/4211/permissionassignments/principals`;
      assert.deepEqual(
        assigned,
        pairs.map((name) => `PUT ${account}/${numericId(answers[name])} {"permissions":["USER"]}`),
      );
      const rest = asked.filter((one) => !one.includes("permissionassignments"));
      const viewer = { permission_level: "CAN_VIEW", service_principal_name: answers.planner };
      const catalog = "/api/2.1/unity-catalog";
      const bodies = rest.map((one): [string, unknown] => {
        const [, line = "", body = "{}"] = /^(\S+ \S+) (.*)$/s.exec(one) ?? [];
        return [line, JSON.parse(body)];
      });
      assert.deepEqual(bodies, [
        ["PATCH /api/2.0/permissions/jobs/12", { access_control_list: [viewer] }],
        ...(["staging", "prod"] as const).flatMap((target): [string, unknown][] => {
          const name = `lake_orders_${target}`;
          const changes = [
            { principal: answers.registrar, add: ["MANAGE"] },
            { principal: answers[`${target}_deployer`], add: ["BROWSE"] },
            { principal: answers.planner, add: ["BROWSE"] },
          ];
          return [
            [`POST ${catalog}/credentials`, { name, purpose: "SERVICE", ...identity }],
            [`PATCH ${catalog}/credentials/${name}`, { isolation_mode: "ISOLATION_MODE_ISOLATED" }],
            [`PATCH ${catalog}/permissions/credential/${name}`, { changes }],
          ];
        }),
      ]);
    });
  }
});

describe(`the questions in a terminal${WITHOUT_CLI}${absent("python")}`, function () {
  this.timeout(600_000);
  it("ask only what the answers so far leave open, and again after a bad one", async function () {
    if (WITHOUT_CLI !== "" || tools.python === undefined) this.skip();
    const output = await freshUntilExit("asked");
    const asked: [string, string][] = [
      ["Name of the project", "asked_lake"],
      ["Cloud of the workspaces", ""],
      ["What deploys", ""],
      ["What the sample job is written in", ""],
      ["What the sample job may reach", ""],
      ["ID of the Databricks account", "mine"],
      ["Validation failed", ANSWERS.account_id],
      ["workspace for staging", ANSWERS.staging_host],
      ["workspace for production", ANSWERS.prod_host],
      ["plans pull requests", ANSWERS.planner],
      ["deploys to staging", ANSWERS.staging_deployer],
      ["deploys to production", ANSWERS.prod_deployer],
      ["runs as in staging", ANSWERS.staging_job_principal],
      ["runs as in production", ANSWERS.prod_job_principal],
      ["Branch that is deployed", ""],
      ["GitHub repository", ANSWERS.github_repository],
      ["IDs, or the word names", "names"],
      ["What the service principals trust", ""],
      ["The action of Databricks Secretless", ANSWERS.secretless_ref],
    ];
    const template = path.resolve(import.meta.dirname, "../../bundle-templates/secretless-bundle");
    const driver = path.resolve(import.meta.dirname, "terminal.py");
    const command = ["databricks", "bundle", "init", template, "--output-dir", output];
    const env = {
      PATH: process.env["PATH"],
      HOME: output,
      TERM: "xterm",
      DATABRICKS_HOST: "https://no.such.host.invalid",
      DATABRICKS_TOKEN: "none",
      DATABRICKS_CLI_DISABLE_TELEMETRY: "1",
    };
    const { code, output: said } = await runTool(
      python,
      [driver, JSON.stringify(asked), ...command],
      output,
      env,
    );
    assert.equal(code, 0, said);
    const answers = {
      ...ANSWERS,
      project_name: "asked_lake",
      ci_platform: "github_actions",
      github_ids: "names",
    };
    const files = await textsOf(path.join(output, "asked_lake"));
    assert.deepEqual(mistakesIn(files, { ...answers, external_access: "none" }), []);
    assert.equal(
      [...files.keys()].some((file) => file.startsWith(".azure-pipelines/")),
      false,
    );
  });
});
