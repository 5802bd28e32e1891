import { execFile } from "node:child_process";
import { ACCOUNT_ID } from "../../../sandbox/defaults.ts";
import { adminProfiles } from "../../../sandbox/runner/admin-profiles.ts";
import { freshUntilExit } from "../../../sandbox/runner/scratch.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import { blocksOf, type Block } from "./documents.ts";

/** First words of what a shell runs on these pages. */
const SHELL =
  /^(?:databricks|databricks-secretless|npm|npx|node|az|gh|git|curl|PATH=|for |export |[a-z_]+=|[a-z_]+\(\) \{)/m;

/** The blocks of a page that are commands of a shell. */
export async function commandsOf(page: string): Promise<readonly Block[]> {
  const blocks = await blocksOf(page);
  return blocks.filter(
    ({ text }) => SHELL.test(text.split("\n")[0] ?? "") && !text.startsWith("PATH=/folder"),
  );
}

/**
 * Runs the commands of these pages in one bash, in their order, as admins of the sandbox; returns the variables that they set.
 * What a page has for the places of a real account is replaced by those of the sandbox, and a login in a browser is left out.
 */
export async function runPages(
  sandbox: Sandbox,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { github, azure, workspace } = sandbox;
  const all = (await Promise.all(names.map(commandsOf))).flat();
  // What works on this repository, or needs an identity of Entra ID, is tried elsewhere.
  const blocks = all.filter(({ text }) => !/^(?:npm|npx|node|git|gh|az) |--application-id/m.test(text));
  const text = blocks
    .map((block) => block.text)
    .join("\n")
    .replace(/^databricks auth login .*$/gm, "")
    .replaceAll("https://adb-1234567890123456.7.azuredatabricks.net", workspace.host)
    .replaceAll("https://token.actions.githubusercontent.com", github.issuer)
    .replaceAll("https://vstoken.dev.azure.com/$organisation_id", azure.issuer)
    .replaceAll("8a6c1f0e-3b7d-4c52-9f10-2d4be7c85a31", ACCOUNT_ID)
    .replaceAll("<resource ID of the access connector>", "/subscriptions/s/connectors/hr");
  const env = {
    PATH: process.env["PATH"],
    HOME: await freshUntilExit("home"),
    DATABRICKS_CONFIG_FILE: await adminProfiles(sandbox, await freshUntilExit("admin")),
  };
  // Only variables of the script's own: those of the shell and the environment are not its.
  const script = `set -o pipefail\n${text}\nset -o posix\nset | grep -E '^[a-z_]+='`;
  const printed = await bash(script, env, env.HOME);
  const pairs = printed.split("\n").map((line) => /^([a-z_]+)='?(.*?)'?$/.exec(line));
  return new Map(pairs.flatMap((pair) => (pair ? [[pair[1] ?? "", pair[2] ?? ""] as const] : [])));
}

function bash(
  script: string,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      "bash",
      ["--norc", "-eu", "-c", script],
      { env, cwd, timeout: 60_000 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${stderr}\n${script}`));
      },
    );
  });
}
