/**
 * `npm run step -- plan --bundle <folder> [--ci github|azure] [--target name] [--input name=value]…`: the built shell works on a
 * copy of one's own bundle, in the sandbox. Needs the Databricks CLI on PATH for what the stand-in cannot do.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { COMMANDS } from "../core/base/commands.ts";
import { AZURE_DEPLOYER, CONNECTION, DEPLOYER } from "../sandbox/defaults.ts";
import { startAzureJob } from "../sandbox/runner/azure-job.ts";
import { demoCli } from "../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../sandbox/runner/github-job.ts";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";
import { buildTask } from "./extension.ts";
import { readable } from "./terminal.ts";

const USAGE = `npm run step -- <${COMMANDS.map(({ name }) => name).join("|")}> --bundle <folder> [--ci github|azure] [--target name] [--input name=value]…`;
/** Workspaces of the clouds: the copy names the sandbox's in their place. */
const HOSTS =
  /https:\/\/[\w.-]+\.(?:azuredatabricks\.net|databricks\.azure\.(?:us|cn)|(?:cloud|gcp)\.databricks\.com)/g;

/** Points the YAML of a copied bundle at the workspace of the sandbox; returns how many addresses were others. */
export async function moveBundle(folder: string, host: string): Promise<number> {
  let moved = 0;
  for (const file of await readdir(folder, { recursive: true })) {
    if (!/\.ya?ml$/.test(file)) continue;
    const full = path.join(folder, file);
    const text = await readFile(full, "utf8");
    moved += text.match(HOSTS)?.length ?? 0;
    await writeFile(full, text.replace(HOSTS, host));
  }
  return moved;
}

interface Ran {
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly good: boolean;
}

async function onGitHub(bundle: string, inputs: Readonly<Record<string, string>>): Promise<Ran> {
  const job = await startGitHubJob({ bundle, cli: await demoCli() });
  try {
    tell(await moveBundle(job.checkout, job.sandbox.workspace.host), DEPLOYER.applicationId);
    const { log, outputs, exitCode } = await job.step({ target: "", ...inputs });
    return { log, outputs, good: exitCode === 0 };
  } finally {
    await job.stop();
  }
}

async function onAzure(bundle: string, inputs: Readonly<Record<string, string>>): Promise<Ran> {
  const task = await freshUntilExit("task");
  await buildTask(task, "0.1.0");
  const job = await startAzureJob({ task, bundle, cli: await demoCli() });
  try {
    tell(await moveBundle(job.checkout, job.sandbox.workspace.host), AZURE_DEPLOYER.applicationId);
    const given = { azureSubscription: CONNECTION.name, target: "", variables: "", ...inputs };
    const { log, outputs, result } = await job.step(given);
    return { log, outputs, good: result === "Succeeded" };
  } finally {
    await job.stop();
  }
}

function tell(moved: number, principal: string): void {
  console.log(`A copy of the bundle is used, as service principal ${principal} of the sandbox.`);
  if (moved > 0) console.log(`${String(moved)} addresses of workspaces in its YAML are the sandbox's now.`);
}

async function main(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        bundle: { type: "string" },
        ci: { type: "string", default: "github" },
        target: { type: "string" },
        input: { type: "string", multiple: true, default: [] },
      },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 3;
  }
  const { positionals, values } = parsed;
  const [command = ""] = positionals;
  const run = { github: onGitHub, azure: onAzure }[values.ci];
  const known = COMMANDS.some(({ name }) => name === command);
  if (!known || positionals.length > 1 || values.bundle === undefined || run === undefined) {
    console.error(USAGE);
    return 3;
  }
  const more = values.input.map((one) => {
    const at = one.indexOf("=");
    return [one.slice(0, Math.max(at, 0)), one.slice(at + 1)] as const;
  });
  const target = values.target === undefined ? {} : { target: values.target };
  const { log, outputs, good } = await run(path.resolve(values.bundle), {
    command,
    ...target,
    ...Object.fromEntries(more),
  });
  console.log(readable(log));
  for (const [name, value] of Object.entries(outputs))
    if (!value.includes("\n")) console.log(`output ${name}: ${value}`);
  return good ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv.slice(2));
