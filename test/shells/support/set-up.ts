import { execFile } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { zipSync } from "fflate";
import { ACCOUNT_ADMIN, TENANT_ID } from "../../../sandbox/defaults.ts";
import { freshUntilExit } from "../../../sandbox/runner/scratch.ts";
import type { ServicePrincipal } from "../../../sandbox/identity/principals.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import type { Answers } from "../../../scripts/render-template.ts";
import { registersApart } from "./rendered-checks.ts";
import { textsOf } from "./rendered.ts";

/** Each command block of SETUP.md, by the number of its section. */
export async function commandBlocks(folder: string): Promise<readonly { section: string; text: string }[]> {
  const page = await readFile(path.join(folder, "SETUP.md"), "utf8");
  return page.split(/^## /m).flatMap((part) => {
    const section = part.split("\n", 1)[0] ?? "";
    return [...part.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => ({ section, text }));
  });
}

function bash(script: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("bash", ["--norc", "-euo", "pipefail", "-c", script], { env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${stderr}\n${script}`));
    });
  });
}

/** The rendered text as it would be for the workspace and the issuers of this sandbox. */
export function inSandbox(text: string, answers: Answers, { github, azure, workspace }: Sandbox): string {
  return text
    .replaceAll("https://token.actions.githubusercontent.com", github.issuer)
    .replaceAll(`https://vstoken.dev.azure.com/${azure.organisationId}`, azure.issuer)
    .replaceAll(answers["staging_host"] ?? "", workspace.host)
    .replaceAll(answers["prod_host"] ?? "", workspace.host);
}

/** Points a rendered project at the sandbox's workspace. */
export async function moveToSandbox(folder: string, answers: Answers, sandbox: Sandbox): Promise<void> {
  for (const [file, text] of await textsOf(folder))
    await writeFile(path.join(folder, file), inSandbox(text, answers, sandbox));
}

const WORKSPACE_ADMIN = {
  applicationId: "c9b2f6a4-5d13-4e87-90ac-3b1e7d8f2460",
  displayName: "workspace-admin",
};
const SETUP = ["planner", "staging_deployer", "prod_deployer", "staging_job_principal", "prod_job_principal"];

/**
 * Creates the principals and credentials that the answers name, with no trust in anything, and then runs the commands of
 * SETUP.md in bash with the real CLI, as an admin: the federation policies, who may use whom, and what the planner may read.
 */
export async function followSetup(folder: string, answers: Answers, sandbox: Sandbox): Promise<void> {
  const { account, entra, workspace } = sandbox;
  const registrar = answers["registrar"] ?? "";
  for (const name of SETUP) {
    const applicationId = answers[name] ?? "";
    const rights = name === "planner" ? ({ workspace: "read" } as const) : {};
    account.addServicePrincipal({ applicationId, displayName: name, ...rights });
    entra.addApplication({ clientId: applicationId, tenantId: TENANT_ID, kind: "managed-identity" });
  }
  if (answers["external_access"] !== "none") {
    account.addServicePrincipal({
      applicationId: registrar,
      displayName: "registrar",
      workspaceAdmin: registersApart(answers),
    });
    entra.addApplication({ clientId: registrar, tenantId: TENANT_ID, kind: "managed-identity" });
    for (const target of ["staging", "prod"]) {
      const name = `${answers["service_credential"] ?? answers["project_name"] ?? ""}_${target}`;
      workspace.serviceCredentials.add({ name });
      workspace.serviceCredentials.grant(name, registrar, "MANAGE");
      for (const reader of ["planner", `${target}_deployer`])
        workspace.serviceCredentials.grant(name, answers[reader] ?? "", "BROWSE");
    }
  }
  const home = await freshUntilExit("admin");
  const workspaceAdmin = account.addServicePrincipal({ ...WORKSPACE_ADMIN, workspaceAdmin: true });
  const config = path.join(home, "config");
  const admin = account.principals.withApplicationId(ACCOUNT_ADMIN.applicationId);
  if (admin === undefined) throw new Error("the sandbox has no account admin");
  const issue = (principal: ServicePrincipal, host: string): Promise<string> =>
    sandbox.tokens.issue(principal, "account", { iss: host, aud: account.accountId });
  const ofAccount = `host = ${account.host}\naccount_id = ${account.accountId}\ntoken = ${await issue(admin, account.host)}`;
  const ofWorkspace = `host = ${workspace.host}\ntoken = ${await issue(workspaceAdmin, workspace.host)}`;
  const profiles = { account: ofAccount, staging: ofWorkspace, prod: ofWorkspace };
  const text = Object.entries(profiles).map(([name, lines]) => `[${name}]\n${lines}\n`);
  await writeFile(config, text.join("\n"));
  const env = { PATH: process.env["PATH"], HOME: home, DATABRICKS_CONFIG_FILE: config };
  const blocks = await commandBlocks(folder);
  for (const block of blocks.filter((one) => /^(?:policy|may_use|may_read) /m.test(one.text))) {
    // The profiles are there, as after a login in a browser.
    const commands = block.text.replace(/^databricks auth login .*$/gm, "");
    await bash(inSandbox(commands, answers, sandbox), env);
  }
}

/**
 * A folder with a `python` for PATH that answers `-m build --wheel` alone, at once and without a network: it leaves a
 * wheel of the sources. What the real front end builds is tested where there is one.
 */
export async function standInPython(): Promise<string> {
  const folder = await freshUntilExit("stand-in-python");
  const wheel = path.join(folder, "lake_orders_jobs-0.1.0-py3-none-any.whl");
  await writeFile(wheel, zipSync({ "lake_orders_jobs/__init__.py": Buffer.from('"""Stand-in."""\n') }));
  const script = `#!/bin/sh
[ "$*" = "-m build --wheel" ] || { echo "stand-in python: $*" >&2; exit 1; }
mkdir -p dist && cp "${wheel}" dist/
`;
  await writeFile(path.join(folder, "python"), script);
  await chmod(path.join(folder, "python"), 0o755);
  return folder;
}
