/**
 * `npm run demo`: the built action deploys the example bundle in the sandbox, as a runner would start it, and three
 * attacks are refused; then the access of a job is granted, proven and withdrawn, and a project from a template is
 * deployed. Ends with 1 if anything is not as it says. `--keep` leaves the sandbox up.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { DEPLOYER } from "../sandbox/defaults.ts";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";
import { textOf } from "../sandbox/http/json.ts";
import { demoCli } from "../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../sandbox/runner/github-job.ts";
import { showAccess } from "./demo-access.ts";
import { deployFromAzure } from "./demo-azure.ts";
import { showTemplate } from "./demo-template.ts";
import type { StepResult } from "../sandbox/runner/github.ts";

// Of this run alone: what is left in it has no owner.
const temp = mkdtempSync(path.join(os.tmpdir(), "demo-"));
process.env["TMPDIR"] = temp;
let failures = 0;
const say = (text = ""): void => console.log(text);

function check(good: boolean, text: string, result?: StepResult): void {
  say(`   ${good ? "✓" : "✗ NOT SO:"} ${text}`);
  if (good) return;
  failures++;
  if (result) say(result.log.replace(/^/gm, "     | "));
}

const codeOf = (result: StepResult): string => /\b([A-Z]+(?:_[A-Z]+)+): /.exec(result.log)?.[1] ?? "no error";
const firstLine = (text: string): string => text.split("%0A")[0] ?? "";

async function deploys(job: GitHubJob): Promise<StepResult> {
  const { sandbox } = job;
  say("1. A push to main deploys the bundle to prod");
  const result = await job.step();
  const claims = sandbox.github.claims;
  say(`   identity   ${textOf(claims["sub"])}`);
  say(`              of issuer ${sandbox.github.issuer}, as service principal ${DEPLOYER.applicationId}`);
  const plan = JSON.parse(result.outputs["plan"] ?? "{}") as {
    changes?: { action: string; resource: string }[];
  };
  for (const { action, resource } of plan.changes ?? []) say(`   plan       ${action} ${resource}`);
  const jobs = JSON.parse(result.outputs["jobs"] ?? "{}") as Record<string, { url: string }>;
  for (const [key, { url }] of Object.entries(jobs)) say(`   deployed   ${key}  ${url}`);
  check(
    result.exitCode === 0 && Object.keys(jobs).length === 3,
    "three jobs are there, nothing was stored",
    result,
  );
  const exchanges = sandbox.requests.filter(({ path: route }) => route.endsWith("/oidc/v1/token")).length;
  const leaked = sandbox.handedOut.filter((token) => result.rawLog.includes(token)).length;
  check(exchanges > 0 && leaked === 0, `${exchanges} token exchange, no token in the log`);

  say("2. The same again: nothing to do");
  const again = await job.step({ command: "plan" });
  const counts = JSON.parse(again.outputs["plan"] ?? "{}") as { changes?: unknown[]; unchanged?: number };
  check(
    again.exitCode === 0 && counts.changes?.length === 0,
    `${String(counts.unchanged)} resources unchanged, no change planned`,
    again,
  );
  return result;
}

async function bothCis(github: StepResult, subject: string): Promise<void> {
  say("4. The same bundle from Azure Pipelines, through a service connection, in a workspace of its own");
  const azure = await deployFromAzure();
  const planned = (outputs: Readonly<Record<string, string>>): string => outputs["plan"] ?? "no plan";
  const deployed = (outputs: Readonly<Record<string, string>>): string =>
    Object.keys(JSON.parse(outputs["jobs"] ?? "{}") as object).join(", ");
  const row = (name: string, one: string, other: string): void =>
    say(`   ${name.padEnd(10)} ${one.padEnd(46)} ${other}`);
  row("", "GitHub Actions", "Azure Pipelines");
  row("subject", subject, `${azure.subject.slice(0, 40)}…`);
  row("principal", DEPLOYER.applicationId, azure.principal);
  row("exchange", "Databricks", "Entra ID");
  row("jobs", deployed(github.outputs), deployed(azure.result.outputs));
  const same =
    planned(github.outputs) === planned(azure.result.outputs) &&
    deployed(github.outputs) === deployed(azure.result.outputs);
  check(azure.result.result === "Succeeded" && same, "same plan, same jobs, two identities");
  check(azure.leaked === 0, "no token in the log there either");
  if (azure.result.result !== "Succeeded") say(azure.result.log);
}

async function refused(
  job: GitHubJob,
  title: string,
  code: string,
  step: () => Promise<StepResult>,
): Promise<void> {
  const before = job.sandbox.requests.length;
  const result = await step();
  say(`   ${title}`);
  const line = result.log.split("\n").find((text) => text.includes(`${code}: `)) ?? "";
  if (line !== "") say(`     ${firstLine(line.replace(/^::error[^:]*::/, ""))}`);
  const writes = job.sandbox.requests
    .slice(before)
    .filter(
      ({ system, method, path: route }) =>
        system === "workspace" && method !== "GET" && !route.endsWith("/oidc/v1/token"),
    );
  check(result.exitCode !== 0 && codeOf(result) === code, `refused with ${code}`, result);
  check(writes.length === 0, "nothing was changed");
}

async function attacks(job: GitHubJob): Promise<void> {
  const { sandbox } = job;
  say("3. Three attacks");
  const file = path.join(job.checkout, "databricks.yml");
  const honest = await readFile(file, "utf8");
  await writeFile(
    file,
    honest.replace("root_path:", "host: https://adb-666.6.azuredatabricks.net\n      root_path:"),
  );
  await refused(
    job,
    "a) a change of databricks.yml sends the deployment to another workspace",
    "HOST_NOT_APPROVED",
    () => job.step(),
  );
  await writeFile(file, honest);

  const claims = sandbox.github.claims;
  sandbox.github.setEvent({ event: "pull_request" });
  await refused(job, "b) a pull request's run presents its own ID token", "EXCHANGE_REFUSED", () =>
    job.step(),
  );
  sandbox.github.claims = claims;

  const audience = `${sandbox.workspace.host}/oidc/v1/token`;
  const value = await sandbox.github.mint({ audience, age: 3600 });
  const fault = sandbox.fault({
    system: "github",
    path: /idtoken/,
    times: Infinity,
    then: { status: 200, body: { value } },
  });
  await refused(job, "c) an ID token from an hour ago is played again", "ID_TOKEN_REFUSED", () => job.step());
  fault.remove();
}

const started = Date.now();
const CLI_KINDS = {
  real: "from PATH",
  installed: "none on PATH, so the pinned release was installed",
  "stand-in": "none on PATH and none to be had, so the stand-in of the sandbox is used",
} as const;
const job = await startGitHubJob({ cli: await demoCli() });
say(`Databricks CLI: ${CLI_KINDS[job.cli.kind]} (${job.cli.file})\n`);
const subject = textOf(job.sandbox.github.claims["sub"]);
const deployed = await deploys(job);
await attacks(job);
await bothCis(deployed, subject);
say("5. What a job may reach at run time: examples/job-access, its access.yml and policy.yml");
await showAccess({ say, check });
say("6. A project that the Databricks CLI made from the template: examples/template-azure-devops");
await showTemplate({ say, check }, job.cli);
say(
  `\n${failures === 0 ? "All as it should be" : `${failures} things are not as they should be`} (${((Date.now() - started) / 1000).toFixed(1)} s).`,
);
process.exitCode = failures === 0 ? 0 : 1;

if (process.argv.includes("--keep")) {
  const variables = {
    DATABRICKS_HOST: job.sandbox.workspace.host,
    DATABRICKS_AUTH_TYPE: "github-oidc",
    DATABRICKS_CLIENT_ID: DEPLOYER.applicationId,
    DATABRICKS_CONFIG_FILE: path.join(await freshUntilExit("demo"), "none"),
    ACTIONS_ID_TOKEN_REQUEST_URL: `'${job.sandbox.github.requestUrl}'`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: job.sandbox.github.requestToken,
  };
  say(`\nThe sandbox stays up until Ctrl-C; the bundle is in ${job.checkout}. In another terminal:\n`);
  for (const [name, value] of Object.entries(variables)) say(`  export ${name}=${value}`);
  say("  databricks jobs list");
} else {
  await job.stop();
}
// After all others who clean up at the exit.
process.once("exit", () => {
  const left = readdirSync(temp);
  rmSync(temp, { recursive: true, force: true });
  if (left.length === 0) return;
  say(`✗ NOT SO: nothing is left in the temporary folder: ${left.join(", ")}`);
  process.exitCode = 1;
});
