import { spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import { startGitHubJob } from "../../../sandbox/runner/github-job.ts";
import { Scratch } from "../../../sandbox/runner/scratch.ts";
import { accessToken } from "../../unit/sandbox/client.ts";
import { codeOf } from "../../shells/support/results.ts";
import { GenerousWorkspace, writesOf } from "./generous-workspace.ts";
import { prepare, type Prepared, type PublicBundle } from "./population.ts";

/** Milliseconds for the bare CLI: it waits for what the plain store of objects never gets ready. */
const PATIENCE = 60_000;

/** One way of deploying one bundle. */
interface Deployed {
  readonly ended: boolean;
  readonly writes: readonly string[];
  /** Milliseconds. */
  readonly took: number;
  readonly log: string;
  /** Of ours. */
  readonly code?: string | undefined;
}

export interface Compared {
  readonly bundle: string;
  readonly verdict: "same" | "refused by both" | "not finished" | "stricter" | "weaker" | "different";
  /** Our error code, or what differs. */
  readonly why: string;
  /** Ours ÷ bare; only where both deployed. */
  readonly ratio?: number;
  readonly log: string;
}

/** Deploys a bundle with the bare CLI and with the built action, each from a copy of its own into a workspace of its own. */
export async function compare(bundle: PublicBundle, cli: string, more: readonly string[]): Promise<Compared> {
  const name = `${bundle.collection.name}/${bundle.name}`;
  const bare = await deploy(bundle, cli, more, "bare");
  if (bare.log.endsWith(NOT_FINISHED))
    return { bundle: name, verdict: "not finished", why: "", log: bare.log };
  const ours = await deploy(bundle, cli, more, "ours");
  const log = `${bare.log}\n----\n${ours.log}`;
  if (bare.ended && ours.ended) {
    const ratio = ours.took / bare.took;
    const why = difference(bare.writes, ours.writes);
    const unforced = difference(bare.writes.map(withoutForce), ours.writes);
    if (why !== "" && unforced === "") return { bundle: name, verdict: "stricter", why: "LOCK", ratio, log };
    return { bundle: name, verdict: why === "" ? "same" : "different", why, ratio, log };
  }
  const code = ours.code ?? "";
  if (ours.ended) return { bundle: name, verdict: "weaker", why: "the bare CLI refuses it", log };
  if (!bare.ended) return { bundle: name, verdict: "refused by both", why: code, log };
  const archive = code === "SCAN_INCOMPLETE" && ours.log.includes("experimental.immutable_folder");
  const planned = await deploy(bundle, cli, more, "bare plan");
  const why = archive ? "ARCHIVE" : planned.ended ? code : "PLAN";
  return { bundle: name, verdict: "stricter", why, log };
}

async function deploy(
  bundle: PublicBundle,
  cli: string,
  more: readonly string[],
  way: "bare" | "bare plan" | "ours",
): Promise<Deployed> {
  const scratch = new Scratch();
  const workspace = await GenerousWorkspace.start();
  try {
    const prepared = await prepare(bundle, await scratch.fresh("bundle"), workspace.url);
    const job = await startGitHubJob({
      bundle: prepared.folder,
      workspaceHost: workspace.url,
      cli: { file: cli, kind: "real" },
    });
    workspace.behind = job.sandbox.workspaceUrl;
    try {
      const PATH = [...more, job.env["PATH"] ?? ""].join(path.delimiter);
      const command = way === "bare" ? ["deploy", "--auto-approve"] : ["plan"];
      const run = way === "ours" ? action(job, prepared, PATH) : bareCli(job, cli, prepared, PATH, command);
      const { ended, took, log, code } = await run;
      const writes = writesOf(workspace.seen, workspace.url, job.checkout);
      return { ended, took, log, code, writes };
    } finally {
      await job.stop();
    }
  } finally {
    await workspace.stop();
    await scratch.remove();
  }
}

const NOT_FINISHED = "\n(not finished in time)";

type Job = Awaited<ReturnType<typeof startGitHubJob>>;
type Ran = Omit<Deployed, "writes">;

async function bareCli(
  job: Job,
  cli: string,
  prepared: Prepared,
  PATH: string,
  command: readonly string[],
): Promise<Ran> {
  const { root, target, variables } = prepared;
  const env = {
    PATH,
    HOME: job.env["HOME"],
    DATABRICKS_HOST: job.sandbox.workspace.host,
    DATABRICKS_TOKEN: await accessToken(job.sandbox),
    DATABRICKS_CLI_DISABLE_UPDATE_CHECK: "true",
    ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [`BUNDLE_VAR_${name}`, value])),
  };
  const args = ["bundle", ...command, ...(target === "" ? [] : ["--target", target])];
  const cwd = path.join(job.checkout, root);
  await mkdir(cwd, { recursive: true });
  const started = performance.now();
  const child = spawn(cli, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const alarm = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  const exit = await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(alarm);
  if (child.signalCode === "SIGKILL") log += NOT_FINISHED;
  const took = performance.now() - started;
  await rm(path.join(cwd, ".databricks"), { recursive: true, force: true });
  return { ended: exit === 0, took, log };
}

async function action(job: Job, prepared: Prepared, PATH: string): Promise<Ran> {
  const { root, target, variables } = prepared;
  const given = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const inputs = {
    "client-id": DEPLOYER.applicationId,
    "bundle-root": root,
    "auto-approve": "true",
    timeout: "5m",
    target,
    variables: given.join("\n"),
  };
  const result = await job.step(inputs, { env: { PATH } });
  const { exitCode, duration: took, log } = result;
  return { ended: exitCode === 0, took, log, code: codeOf(result) };
}

/** As the CLI takes its lock where the bundle does not say that it may break another's. */
const withoutForce = (request: string): string =>
  request
    .replace("state/deploy.lock?overwrite=true", "state/deploy.lock?overwrite=false")
    .replace('"IsForced":true', '"IsForced":false');

/** The first requests that one way made and the other did not; "" if there are none. */
function difference(bare: readonly string[], ours: readonly string[]): string {
  const without = (some: readonly string[], others: readonly string[]): string[] => {
    const left = [...others];
    return some.filter((one) => {
      const at = left.indexOf(one);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  const [lost, added] = [without(bare, ours), without(ours, bare)];
  // From where they part: what is before is alike.
  const [first = "", second = ""] = [lost[0], added[0]];
  const parting = Array.from(first).findIndex((character, index) => character !== second[index]);
  const from = Math.max(0, parting - 60);
  const shown = (sign: string, one: string): string =>
    `${sign} ${one.slice(0, 150)} … ${one.slice(from, from + 200)}`;
  return [
    ...lost.slice(0, 3).map((one) => shown("-", one)),
    ...added.slice(0, 3).map((one) => shown("+", one)),
  ].join("\n");
}
