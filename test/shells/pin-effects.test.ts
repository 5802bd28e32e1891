import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { startSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { accessToken } from "../unit/sandbox/client.ts";
import { codeOf } from "./support/results.ts";

/**
 * Code of the bundle that sends the CLI to another workspace after the host pin has read the files. The judge is what
 * stands in the two workspaces, and what the step says.
 */
describe("code of the bundle that sends the CLI elsewhere (skipped without the real CLI on PATH)", () => {
  let job: GitHubJob;
  let foreign: Sandbox;
  let foreignTokens: Server;
  let stops: (() => unknown)[];
  let foreignUrl: string;

  beforeEach(async function () {
    job = await startGitHubJob();
    stops = [() => job.stop()];
    if (job.cli.kind !== "real") this.skip();
    foreign = await startSandbox();
    stops.push(() => foreign.stop());
    const token = await accessToken(foreign);
    foreignTokens = createServer((_request, response) => {
      const expires = Math.floor(Date.now() / 1000) + 3000;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ access_token: token, token_type: "Bearer", expires_on: expires }));
    });
    await new Promise<void>((resolve) => foreignTokens.listen(0, "127.0.0.1", resolve));
    stops.push(() => {
      foreignTokens.closeAllConnections();
      foreignTokens.close();
    });
    foreignUrl = `http://127.0.0.1:${String((foreignTokens.address() as AddressInfo).port)}/t`;
    await writeFile(path.join(job.checkout, "late.yml"), "{}\n");
  });
  afterEach(async () => {
    for (const stop of stops) await stop();
  });

  /** Runs `code` (Node) before each command of the CLI; it may write late.yml, which the bundle includes. */
  async function preinit(code: string): Promise<void> {
    await writeFile(path.join(job.checkout, "preinit.mjs"), code);
    const root = path.join(job.checkout, "databricks.yml");
    const script = `${process.execPath} preinit.mjs`;
    await appendFile(root, `\nexperimental:\n  scripts:\n    preinit: ${JSON.stringify(script)}\n`);
    const text = await readFile(root, "utf8");
    await writeFile(root, text.replace(/^include:\n/m, "include:\n  - late.yml\n"));
  }

  const elsewhere = (): string =>
    `targets: {prod: {workspace: {host: ${foreign.workspace.host}, metadata_service_url: "${foreignUrl}"}}}`;
  const fetchOurs =
    'await fetch(process.env.DATABRICKS_METADATA_SERVICE_URL, {headers: {"x-databricks-metadata-version": "1", "x-databricks-host": process.env.DATABRICKS_HOST}});';

  async function refused(): Promise<void> {
    const result = await job.step();
    assert.equal(codeOf(result), "HOST_NOT_APPROVED", result.log);
    assert.doesNotMatch(result.log, /^Deployed /m);
    assert.equal(result.outputs["jobs"], undefined);
    assert.equal(job.sandbox.workspace.jobs.all.size, 0);
  }

  it("is told when it brings its own token service", async () => {
    await preinit(`import fs from "node:fs"; fs.writeFileSync("late.yml", ${JSON.stringify(elsewhere())});`);
    await refused();
    assert.equal(foreign.workspace.jobs.all.size, 0, "the plan stopped it");
  });

  it("is told when it asks for our token as well, and does not use it", async () => {
    await preinit(
      `import fs from "node:fs"; fs.writeFileSync("late.yml", ${JSON.stringify(elsewhere())}); ${fetchOurs}`,
    );
    await refused();
    assert.equal(foreign.workspace.jobs.all.size, 0, "the resolved workspace stopped it");
  });

  it("is told when it diverts the deployment alone, and asks for our token", async () => {
    // For the deployment alone; before and after it everything is as it was.
    await preinit(
      `import fs from "node:fs";
       const deploying = fs.readFileSync("/proc/" + process.ppid + "/cmdline", "utf8") + fs.readFileSync("/proc/" + fs.readFileSync("/proc/" + process.ppid + "/stat", "utf8").split(" ")[3] + "/cmdline", "utf8");
       fs.writeFileSync("late.yml", /\\0deploy\\0/.test(deploying) ? ${JSON.stringify(elsewhere())} : "{}"); ${fetchOurs}`,
    );
    await refused();
    assert.equal(foreign.workspace.jobs.all.size, 3, "the attack itself worked");
  });

  it("finds no token cache of the user, and its own one is told", async () => {
    const cache = JSON.stringify({
      version: 1,
      tokens: {
        [foreign.workspace.host]: {
          access_token: await accessToken(foreign),
          token_type: "Bearer",
          expiry: "2999-01-01T00:00:00Z",
        },
      },
    });
    const yml = `targets: {prod: {workspace: {host: ${foreign.workspace.host}, auth_type: databricks-cli}}}`;
    await preinit(
      `import fs from "node:fs"; fs.mkdirSync(process.env.HOME + "/.databricks", {recursive: true});
       fs.writeFileSync(process.env.HOME + "/.databricks/token-cache.json", ${JSON.stringify(cache)});
       fs.writeFileSync("late.yml", ${JSON.stringify(yml)});`,
    );
    const result = await job.step();
    assert.notEqual(result.exitCode, 0);
    assert.equal(foreign.workspace.jobs.all.size, 0);
    assert.equal(job.sandbox.workspace.jobs.all.size, 0);
  });

  it("deploys a bundle whose code does none of this", async () => {
    await preinit("");
    const result = await job.step();
    assert.equal(result.exitCode, 0, result.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 3);
  });
});
