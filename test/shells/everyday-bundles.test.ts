import assert from "node:assert/strict";
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import type { StepResult } from "../../sandbox/runner/github.ts";
import { sample } from "../unit/support/sample.ts";
import { codeOf } from "./support/results.ts";

const without = (await sandboxCli()).kind === "real" ? "" : " (skipped: there is no databricks on PATH)";
const HEAD = "bundle: { name: a }\nworkspace: { root_path: /Workspace/Shared/a }\ntargets: { prod: {} }\n";
const SECRET = "runner-Secret-4711-of-nobody-else";

describe(`bundles that people have, at the built action${without}`, () => {
  let job: GitHubJob;
  let outside: string;
  before(async function () {
    if (without !== "") this.skip();
    job = await startGitHubJob();
    outside = path.join(await job.freshFolder("outside"), "secret.json");
    await writeFile(outside, JSON.stringify({ v: SECRET }));
  });
  after(() => (without === "" ? job.stop() : undefined));

  async function run(
    text: string,
    inputs: Readonly<Record<string, string>> = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<StepResult> {
    await writeFile(path.join(job.checkout, "databricks.yml"), `${HEAD}${text}`);
    return job.step(inputs, { env });
  }
  afterEach(async () => {
    for (const name of await readdir(job.checkout))
      if (name !== ".git") await rm(path.join(job.checkout, name), { recursive: true });
  });
  const shown = (result: StepResult): string =>
    [result.rawLog, result.summary, JSON.stringify(result.outputs)].join("\n");
  function refused(result: StepResult, wanted: RegExp): void {
    assert.equal(codeOf(result), "BUNDLE_INVALID", result.log);
    assert.match(result.log, wanted);
    assert.ok(!shown(result).includes(SECRET));
    assert.ok(!job.sandbox.requests.some(({ body }) => JSON.stringify(body).includes(SECRET)));
  }

  const KINDS = [
    ["alerts", "display_name: d, warehouse_id: w"],
    ["dashboards", "display_name: d, warehouse_id: w"],
    ["genie_spaces", "title: d, warehouse_id: w"],
  ] as const;
  for (const [kind, fields] of sample(KINDS, 3)) {
    it(`the file of ${kind} is not read from elsewhere on the runner, by a link or a path`, async () => {
      const of = (file: string): string =>
        `resources: { ${kind}: { d: { ${fields}, file_path: ${file} } } }\n`;
      const name = "d.lvdash.json";
      await symlink(outside, path.join(job.checkout, name));
      refused(await run(of(`./${name}`)), /leads out of the repository's checkout/);
      refused(await run(of(path.relative(job.checkout, outside))), /leads out of the repository's checkout/);
    });
  }

  it("variable-overrides.json of the checkout is named in the log, and is no link out of it", async () => {
    const folder = path.join(job.checkout, ".databricks/bundle/prod");
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, "variable-overrides.json");
    const text = "variables: { v: { default: a } }\nresources: { jobs: { j: { name: 'job-${var.v}' } } }\n";
    await writeFile(file, '{"v": "b"}');
    const result = await run(text);
    assert.match(
      result.log,
      /^\.databricks\/bundle\/prod\/variable-overrides\.json sets variables of the bundle: v$/m,
    );
    assert.match(result.outputs["resources"] ?? "", /"name":"job-b"/, "the CLI reads it");
    const given = await run(text, { variables: "v=c" });
    assert.match(given.outputs["resources"] ?? "", /"name":"job-c"/, "the input beats it");
    await rm(file);
    await symlink(outside, file);
    refused(await run(text), /leads out of the checkout/);
  });

  it("a build that fails is called so, with its output, and what was withheld from it", async () => {
    const build = JSON.stringify("echo the compiler says no; exit 3");
    const result = await run(
      `artifacts: { w: { path: ., build: ${build} } }\n`,
      {},
      { JAVA_HOME: "/opt/java", UV_INDEX_URL: "https://pypi.example.com" },
    );
    assert.equal(codeOf(result), "BUILD_FAILED", result.log);
    assert.match(result.log, /the compiler says no/);
    assert.match(
      result.log,
      /Withheld from the build, though set: [^]*(?:JAVA_HOME[^]*UV_INDEX_URL|UV_INDEX_URL[^]*JAVA_HOME)/,
    );
    assert.match(result.log, /pass-env/);
  });

  it("all kinds that were deployed are in `resources`; `auto-approve` takes the kinds that may be lost", async () => {
    const job1 = "jobs: { j: { name: j } }";
    const schema = "schemas: { s: { name: s, catalog_name: main } }";
    const first = await run(`resources: { ${job1}, ${schema}, pipelines: { p: { name: p } } }\n`);
    assert.equal(first.exitCode, 0, first.log);
    const resources = JSON.parse(first.outputs["resources"] ?? "{}") as Record<string, object>;
    assert.deepEqual(
      Object.entries(resources).map(([kind, all]) => [kind, Object.keys(all)]),
      [
        ["jobs", ["j"]],
        ["pipelines", ["p"]],
        ["schemas", ["s"]],
      ],
    );
    assert.match(first.log, /Deployed p \(pipelines\.p\)/);
    // A renamed job is allowed by its kind; the schema that goes with it is not.
    const renamed = "resources: { jobs: { k: { name: j } } }\n";
    const stopped = await run(renamed, { "auto-approve": "jobs, pipelines" });
    assert.equal(codeOf(stopped), "DESTRUCTIVE_PLAN", stopped.log);
    assert.match(stopped.log, /delete schemas\.s/);
    assert.doesNotMatch(stopped.log, /delete jobs\.j: loses/);
    const done = await run(renamed, { "auto-approve": "jobs, pipelines, schemas" });
    assert.equal(done.exitCode, 0, done.log);
    assert.deepEqual(Object.keys(JSON.parse(done.outputs["jobs"] ?? "{}") as object), ["k"]);
  });

  it("a script of the bundle runs", async () => {
    const result = await run("scripts: { hello: { content: 'echo hi there' } }\n", {
      command: "run",
      resource: "hello",
    });
    assert.equal(result.exitCode, 0, result.log);
    assert.match(result.log, /^hi there$/m);
  });
});
