import assert from "node:assert/strict";
import { GITHUB } from "../../core/ci/github/dialect.ts";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { realCli, sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { scratchFolders } from "../unit/support/scratch.ts";
import { until } from "../unit/support/until.ts";
import { FileWatch } from "./support/files.ts";
import { hostileCli, hostileProgram } from "./support/hostile.ts";
import { ProcessWatch, type SeenProcess } from "./support/processes.ts";
import { SecretSearch, writtenForms } from "./support/secrets.ts";
import { searched, watchedStep, type WatchedStep } from "./support/watched-step.ts";

const EXAMPLE = path.resolve(import.meta.dirname, "../../examples/lakehouse-jobs");
const TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkZXBsb3llciJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";
const real = (await realCli()) !== undefined;
const linux = ProcessWatch.possible;

function none(search: SecretSearch): void {
  // Where and what, once each: one token matches in many forms.
  const found = search.findings.map(({ where, secret }) => `${where}: secret ${String(secret)}`);
  assert.deepEqual([...new Set(found)], []);
}

describe("what a deployment leaves for others to see", () => {
  const freshFolder = scratchFolders();
  let job: GitHubJob;
  afterEach(() => job.stop());

  /** @param since how many secrets had been handed out before the step */
  function checkNothingLeaked(step: WatchedStep, since = 0): void {
    const { handedOut, github } = job.sandbox;
    assert.ok(handedOut.length >= 3, "an ID token, an access token, the request token");
    none(searched(step, [...handedOut, ...step.metadataPaths]));
    for (const token of handedOut.slice(since).filter((value) => value !== github.requestToken))
      assert.ok(step.masks.includes(token), "a token was not given to the runner to be masked");
  }

  it("no token in files, log, summary, outputs, state, the workspace or any process", async () => {
    job = await startGitHubJob();
    const step = await watchedStep(job);
    assert.equal(step.result.exitCode, 0, step.result.log);
    assert.match(step.result.log, /^::debug::/m);
    checkNothingLeaked(step);
    const places = step.traces.map(([where]) => where);
    assert.ok(places.some((where) => where.startsWith("POST /api/2.0/workspace-files/import-file/")));
    assert.ok(places.some((where) => where.includes("databricks-secretless-")));
  });

  it(`the processes are looked at from their start${linux ? "" : " (skipped: needs /proc)"}`, async function () {
    job = await startGitHubJob();
    if (!linux) this.skip();
    const { main, processes, metadataPaths } = await watchedStep(job);
    for (const command of ["plan", "deploy", "summary"]) {
      const seen = processes.filter(({ argv }) => argv.includes("bundle") && argv.includes(command));
      assert.ok(seen.length > 0, `bundle ${command} was not seen`);
    }
    assert.ok(metadataPaths.every((secret) => secret.length >= 32) && metadataPaths.length === 1);
    for (const { pid, environment } of processes.filter((one) => one.pid !== main)) {
      const names = Object.keys(environment).filter(
        (name) => /^(ACTIONS|GITHUB|RUNNER|INPUT)_/.test(name) && !GITHUB.facts.test(name),
      );
      assert.deepEqual(
        names,
        [],
        `process ${String(pid)} has variables of the runner that say more than what is built`,
      );
    }
  });

  describe("with a program of the bundle that prints a token and commands", () => {
    let dumps: string;
    beforeEach(async () => {
      dumps = await freshFolder("dumps");
    });

    function checkHarmless({ result }: WatchedStep): void {
      assert.doesNotMatch(result.rawLog, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
      assert.doesNotMatch(result.rawLog, /##(vso)?\[/i);
      const commands = result.rawLog.split("\n").filter((line) => /^[\s\u200b]*::/.test(line));
      const ours = /^::(debug::|group::|endgroup::|(error|warning|notice) title=Databricks Secretless)/;
      assert.deepEqual(
        commands.filter((line) => !ours.test(line) || /::forged/.test(line)),
        [],
      );
      assert.equal(result.outputs["stolen"], undefined);
      assert.match(result.rawLog, /: :set-output name=stolen/, "the line is still there to be read");
    }

    async function checkDumps(): Promise<void> {
      const files = await readdir(dumps);
      assert.ok(files.length > 0, "the program has not run");
      const search = new SecretSearch(job.sandbox.handedOut);
      for (const file of files) search.look(file, await readFile(path.join(dumps, file)));
      none(search);
    }

    it("beside the CLI's own output: harmless and masked", async () => {
      job = await startGitHubJob({ cli: await hostileCli(await sandboxCli(), dumps, freshFolder) });
      const step = await watchedStep(job);
      assert.equal(step.result.exitCode, 0, step.result.log);
      checkHarmless(step);
      checkNothingLeaked(step);
      await checkDumps();
    });

    it("as the reason of a failure: neither annotations nor the summary have it", async () => {
      job = await startGitHubJob({ cli: await hostileCli(await sandboxCli(), dumps, freshFolder) });
      const step = await watchedStep(job, {}, { env: { BUNDLE_VAR_fail: "true" } });
      assert.equal(step.result.exitCode, 1);
      assert.match(step.result.summary, /BUNDLE_INVALID/);
      checkHarmless(step);
      checkNothingLeaked(step);
    });

    const title = "in a build command and a script of the bundle, when they work and when they fail";
    it(`${title}${real ? "" : " (skipped: there is no databricks on PATH)"}`, async function () {
      const bundle = await freshFolder("bundle");
      await cp(EXAMPLE, bundle, { recursive: true });
      const program = path.join(await freshFolder("hostile"), "hostile.cjs");
      await writeFile(program, hostileProgram(dumps));
      const file = path.join(bundle, "databricks.yml");
      const text = await readFile(file, "utf8");
      const run = `"${process.execPath} ${program}"`;
      await writeFile(
        file,
        `${text.replace("variables:\n", "variables:\n  fail: { default: 'false' }\n")}
artifacts:
  hostile: { type: whl, path: ./src, build: ${run}, files: [{ source: ./src/*.py }] }
experimental:
  scripts: { preinit: ${run}, prebuild: ${run}, postbuild: ${run}, predeploy: ${run}, postdeploy: ${run} }
`,
      );
      job = await startGitHubJob({ bundle });
      if (!real) this.skip();
      const step = await watchedStep(job);
      assert.equal(step.result.exitCode, 0, step.result.log);
      checkHarmless(step);
      checkNothingLeaked(step);
      await checkDumps();
      const since = job.sandbox.handedOut.length;
      const failed = await watchedStep(job, {}, { env: { BUNDLE_VAR_fail: "true" } });
      assert.equal(failed.result.exitCode, 1, failed.result.log);
      checkHarmless(failed);
      checkNothingLeaked(failed, since);
    });
  });
});

describe("the search itself", () => {
  const freshFolder = scratchFolders();

  it("finds a token however it is written", () => {
    const around = fc.string({ unit: "binary-ascii", maxLength: 9 });
    fc.assert(
      fc.property(
        around,
        around,
        fc.base64String({ minLength: 12, maxLength: 90 }),
        (before, after, secret) => {
          for (const [form, text] of writtenForms(secret)) {
            const search = new SecretSearch([secret]);
            search.look("here", `${before}${text}${after}`);
            assert.ok(search.findings.length > 0, form);
          }
          for (const encoding of ["base64", "base64url", "hex"] as const) {
            const search = new SecretSearch([secret]);
            search.look("here", Buffer.from(`${before}${secret}${after}`).toString(encoding));
            assert.ok(search.findings.length > 0, encoding);
          }
        },
      ),
    );
  });

  it("finds a token that is wrapped over lines, and none where there is none", () => {
    const search = new SecretSearch([TOKEN]);
    search.look("clean", "eyJhbGciOiJFUzI1NiJ9 is a header and no token\n");
    none(search);
    search.look("wrapped", Buffer.from(`x${TOKEN}`).toString("base64").replace(/.{30}/g, "$&\n"));
    assert.equal(search.findings[0]?.where, "wrapped");
  });

  it("finds a file that is gone again", async () => {
    const folder = await freshFolder("watched");
    const watch = new FileWatch([folder], 1);
    const file = path.join(folder, "short");
    await writeFile(file, TOKEN);
    await until(() => watch.seen.some(({ content }) => content.length > 0));
    await rm(file);
    const search = new SecretSearch([TOKEN]);
    for (const { file, content } of watch.stop()) search.look(file, content);
    assert.equal(search.findings[0]?.form, "plain");
  });

  it(`finds a token planted in a grandchild${linux ? "" : " (skipped: needs /proc)"}`, async function () {
    if (!linux) this.skip();
    // Both live until the test lets go of their input.
    const inner = ["-e", "process.stdin.resume()", TOKEN];
    const outer = `require("child_process").spawn(process.execPath, ${JSON.stringify(inner)}, { stdio: "inherit", env: { PLANTED: process.argv[1] } })`;
    const child = spawn(process.execPath, ["-e", outer, TOKEN], { stdio: ["pipe", "ignore", "inherit"] });
    const watch = new ProcessWatch();
    watch.watch(child.pid ?? 0);
    const grandchild = (): SeenProcess | undefined =>
      watch.seen.find(({ pid, environment }) => pid !== child.pid && environment["PLANTED"] === TOKEN);
    try {
      await until(() => grandchild() !== undefined || child.exitCode !== null);
      assert.ok(grandchild()?.argv.includes(TOKEN));
    } finally {
      const closed = once(child, "close");
      child.stdin.end();
      await closed;
      watch.stop();
    }
  });
});
