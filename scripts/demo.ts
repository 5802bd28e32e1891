/**
 * `npm run demo`: the built action deploys the example bundle in the sandbox, as a runner would start it, and three
 * attacks and a token that was left over are refused; then the access of a job is granted, proven and withdrawn, and a project from a template is
 * deployed. Ends with 1 if anything is not as it says. `--keep` leaves the sandbox up.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { DEPLOYER } from "../sandbox/defaults.ts";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";
import { textOf } from "../sandbox/http/json.ts";
import { adminProfiles } from "../sandbox/runner/admin-profiles.ts";
import { demoCli } from "../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../sandbox/runner/github-job.ts";
import { showAccess } from "./demo-access.ts";
import { deployFromAzure } from "./demo-azure.ts";
import { showTemplate } from "./demo-template.ts";
import { coloured, readable } from "./terminal.ts";
import type { StepResult } from "../sandbox/runner/github.ts";

// Of this run alone: what is left in it has no owner.
const temp = mkdtempSync(path.join(os.tmpdir(), "demo-"));
process.env["TMPDIR"] = temp;
let failures = 0;
const say = (text = ""): void => console.log(text);
const heading = (text: string): string => coloured("head", text);

function check(good: boolean, text: string, result?: StepResult): void {
  say(`   ${good ? coloured("good", "✓") : coloured("error", "✗ NOT SO:")} ${text}`);
  if (good) return;
  failures++;
  if (result) say(readable(result.log).replace(/^/gm, "     | "));
}

const codeOf = (result: StepResult): string => /\b([A-Z]+(?:_[A-Z]+)+): /.exec(result.log)?.[1] ?? "no error";

async function deploys(job: GitHubJob): Promise<StepResult> {
  const { sandbox } = job;
  say(heading("1. A push to main deploys the bundle to prod"));
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

  say(heading("2. The same again: nothing to do"));
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
  say(
    heading(
      "4. The same bundle from Azure Pipelines, through a service connection, in a workspace of its own",
    ),
  );
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
  if (line !== "") say(`     ${readable(line).split("\n")[0] ?? ""}`);
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
  say(heading("3. Three attacks, and a mistake"));
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

  // Of the vendor's form, and nobody's: made anew in each run.
  const token = `dapi${randomBytes(16).toString("hex")}`;
  const notebook = path.join(job.checkout, "src/left_over.py");
  await writeFile(notebook, `import requests\nheaders = {"Authorization": "Bearer ${token}"}\n`);
  let scanned = "";
  await refused(job, "d) a notebook brings a personal access token along", "CREDENTIAL_FOUND", async () => {
    const result = await job.step();
    scanned = result.rawLog;
    return result;
  });
  check(!scanned.includes(token), "the token is not shown");
  await rm(notebook);
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
say(heading("5. What a job may reach at run time: examples/job-access, its access.yml and policy.yml"));
await showAccess({ say, check });
say(heading("6. A project that the Databricks CLI made from the template: examples/template-azure-devops"));
await showTemplate({ say, check }, job.cli);
say(
  `\n${failures === 0 ? "All as it should be" : `${failures} things are not as they should be`} (${((Date.now() - started) / 1000).toFixed(1)} s).`,
);
process.exitCode = failures === 0 ? 0 : 1;
say(
  "\nNext: your own bundle, in the same sandbox:  npm run step -- plan --bundle <folder> --target <target>",
);
say("      a real workspace, in ten minutes:         docs/setup-github.md, docs/setup-azure-devops.md");
say("      this sandbox kept, with an admin in it:   npm run demo -- --keep");

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
  say("\nOr as an admin of the account and the workspace, as after a login in a browser:\n");
  say(`  export DATABRICKS_CONFIG_FILE=${await adminProfiles(job.sandbox, await freshUntilExit("admin"))}`);
  say("  databricks jobs list --profile workspace");
  say("  databricks account service-principals list --profile account");
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
