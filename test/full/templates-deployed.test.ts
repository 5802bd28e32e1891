import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { DEPLOYER, PLANNER } from "../../sandbox/defaults.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import { initTemplate, type Answers } from "../../scripts/render-template.ts";
import { atAzure, atGitHub, type Rendered, type Target } from "../shells/support/rendered-run.ts";
import { registersApart } from "../shells/support/rendered-checks.ts";
import { ANSWERS, HOSTS, inputsOf, WITHOUT_CLI, workflow } from "../shells/support/rendered.ts";
import { standInPython } from "../shells/support/set-up.ts";
import { printTable } from "./table.ts";

describe(`rendered projects, set up and deployed${WITHOUT_CLI}`, function () {
  this.timeout(600_000);
  let builder: string;
  before(async function () {
    if (WITHOUT_CLI !== "") this.skip();
    builder = await standInPython();
  });
  const rows: (readonly unknown[])[] = [];
  after(() => printTable("deployed", ["CI", "answers", "target", "subject", "second plan"], rows));

  async function deploysTwice(
    ci: string,
    answers: Answers,
    project: Rendered<{ readonly outputs: Readonly<Record<string, string>>; readonly log: string }>,
  ): Promise<void> {
    const granted = answers["external_access"] !== "none";
    const plan = async (target: Target): Promise<unknown> => {
      const { outputs, log } = await project.run("plan", target);
      assert.equal(outputs["principal"], answers["planner"], log);
      return JSON.parse(outputs["plan"] ?? "null");
    };
    for (const target of ["staging", "prod"] as const) {
      const changes = [{ action: "create", resource: "jobs.daily_summary", fields: [] }];
      assert.deepEqual(await plan(target), { changes, unchanged: 0 });
      const { outputs, log } = await project.run("deploy", target);
      assert.equal(outputs["principal"], answers[`${target}_deployer`], log);
      const about = ["cloud", "language", "github_trust", "azure_trust"].map((name) => answers[name] ?? "");
      const claims =
        ci === "GitHub" ? project.sandbox.github.claims["sub"] : project.sandbox.azure.run.pipeline;
      assert.match(outputs["jobs"] ?? "", /daily_summary/, log);
      if (registersApart(answers)) {
        const registered = await project.run("access", target);
        assert.equal(registered.outputs["principal"], answers["registrar"], registered.log);
      }
      assert.deepEqual(await plan(target), { changes: [], unchanged: 1 });
      const { serviceCredentials } = project.sandbox.workspace;
      if (granted)
        assert.deepEqual(serviceCredentials.accessOf(`lake_orders_${target}`), [
          answers[`${target}_job_principal`],
        ]);
      rows.push([ci, about.join(" "), target, claims, "empty"]);
    }
  }

  const NO_ACCESS = { external_access: "none" };
  for (const answers of [
    { ...ANSWERS, ...HOSTS.gcp, cloud: "gcp", azure_trust: "pipeline", github_trust: "branch" },
    { ...ANSWERS, ...NO_ACCESS, language: "sql", github_ids: "names" },
    {
      ...ANSWERS,
      ...NO_ACCESS,
      ...HOSTS.aws,
      cloud: "aws",
      azure_trust: "pipeline",
      github_trust: "branch",
      github_ids: "names",
    },
  ] satisfies Answers[]) {
    const { cloud, language, github_ids: ids } = answers;
    it(`at GitHub: ${cloud}, ${language}, ${"github_trust" in answers ? "branch" : "environment"}, ${ids}`, async () => {
      const project = await atGitHub(answers, builder);
      try {
        await deploysTwice("GitHub", answers, project);
      } finally {
        await project.stop();
      }
    });
  }

  for (const answers of [
    { ...ANSWERS, ...HOSTS.aws, cloud: "aws", azure_trust: "pipeline" },
    { ...ANSWERS, ...NO_ACCESS, language: "sql", azure_trust: "service_connection" },
  ] satisfies Answers[]) {
    it(`in Azure Pipelines: ${answers.cloud}, ${answers.language}, ${answers.azure_trust}`, async () => {
      const project = await atAzure(answers, builder);
      try {
        await deploysTwice("Azure", answers, project);
      } finally {
        await project.stop();
      }
    });
  }

  it("secretless-ci deploys a bundle that was there before", async () => {
    const bundle = await freshUntilExit("existing");
    await cp(path.resolve(import.meta.dirname, "../../examples/lakehouse-jobs"), bundle, { recursive: true });
    const answers = {
      ...ANSWERS,
      ci_platform: "github_actions",
      language: "sql",
      planner: PLANNER.applicationId,
      prod_deployer: DEPLOYER.applicationId,
    };
    const asked = Object.entries(answers).filter(
      ([name]) => !/job_principal|registrar|access|warehouse/.test(name),
    );
    const { code, said } = await initTemplate("ci", Object.fromEntries(asked), bundle);
    assert.equal(code, 0, said);
    const job = await startGitHubJob({ bundle });
    try {
      for (const [file, name, event, changes] of [
        ["lake_orders-deploy.yml", "deploy-prod", {}, 4],
        ["lake_orders-plan.yml", "plan-prod", { event: "pull_request" }, 0],
      ] as const) {
        const one = (await workflow(job.checkout, file)).jobs[name];
        assert.ok(one);
        job.sandbox.github.setEvent(event);
        const inputs = { ...inputsOf(one), host: job.sandbox.workspace.host };
        const env = { GITHUB_EVENT_NAME: "event" in event ? event.event : "push" };
        const { exitCode, log, outputs } = await job.step(inputs, { env });
        assert.equal(exitCode, 0, log);
        const plan = JSON.parse(outputs["plan"] ?? "null") as { changes: unknown[] };
        assert.equal(plan.changes.length, changes, log);
      }
    } finally {
      await job.stop();
    }
  });

  it("with `permissions` in the bundle the planner's plan would show a change for ever, as SETUP.md says", async () => {
    const project = await atGitHub({ ...ANSWERS, ...NO_ACCESS, language: "sql" }, builder);
    try {
      const file = path.join(project.checkout, "resources/daily_summary.job.yml");
      const viewer = `      permissions:\n        - level: CAN_VIEW\n          service_principal_name: ${ANSWERS.planner}\n`;
      const text = await readFile(file, "utf8");
      await writeFile(file, text.replace("      schedule:\n", `${viewer}      schedule:\n`));
      assert.match((await project.run("deploy", "prod")).outputs["jobs"] ?? "", /daily_summary/);
      for (const [who, principal, changes] of [
        ["the deployer", ANSWERS.prod_deployer, 0],
        ["the planner", ANSWERS.planner, 1],
      ] as const) {
        const command = who === "the planner" ? "plan" : "deploy";
        const { outputs, log } = await project.run(command, "prod");
        assert.equal(outputs["principal"], principal, log);
        const plan = JSON.parse(outputs["plan"] ?? "null") as { changes: unknown[] };
        assert.equal(plan.changes.length, changes, `${who}: ${log}`);
      }
    } finally {
      await project.stop();
    }
  });
});
