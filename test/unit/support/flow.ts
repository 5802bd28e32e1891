import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RunContext } from "../../../core/ci/ci.ts";
import type { InputName } from "../../../core/ci/inputs/table.ts";
import type { Ports, ProcessRequest } from "../../../core/base/ports.ts";
import type { Seams } from "../../../core/run.ts";
import { runStep } from "../../../core/start.ts";
import { createSend } from "../../../core/net/send.ts";
import { systemClock } from "../../../core/base/clock-and-platform.ts";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import { textOf } from "../../../sandbox/http/json.ts";
import { checkoutOf } from "../../../sandbox/runner/checkout.ts";
import { Scratch, type FreshFolder } from "../../../sandbox/runner/scratch.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../sandbox/sandbox.ts";
import { FakeCi } from "./fake-ci.ts";

export interface Played {
  readonly code?: number;
  readonly signal?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  /** For `deploy`: whether it leaves no list of what it uploaded. */
  readonly leavesNoList?: boolean;
}

/** Arguments of which no test of a flow wants to hear. */
const ALWAYS_THERE: ReadonlySet<string> = new Set(["bundle", "--target", "--force-lock=false"]);

/** Plays the Databricks CLI: gets its arguments without those and the target, joined by blanks. */
export type PlayCli = (command: string, request: ProcessRequest) => Played | Promise<Played>;

export const plan = (entries: Record<string, string>, more: object = { plan_version: 2 }): string =>
  JSON.stringify({
    ...more,
    plan: Object.fromEntries(
      Object.entries(entries).map(([key, action]) => [`resources.${key}`, { action }]),
    ),
  });

const STATE = "/Workspace/Shared/lake/state";

/** Every command of the CLI that reaches the workspace asks for a token first. */
async function askForToken(env: ProcessRequest["env"]): Promise<void> {
  const url = env["DATABRICKS_METADATA_SERVICE_URL"];
  if (url === undefined) return;
  const headers = { "x-databricks-metadata-version": "1", "x-databricks-host": env["DATABRICKS_HOST"] ?? "" };
  await (await fetch(url, { headers })).text();
}

/** A job of the workspace that has the ID of {@link SUMMARY}. */
function deployJob({ workspace: { jobs } }: Sandbox): void {
  const job = jobs.create(
    { name: "nightly", deployment: { kind: "BUNDLE", metadata_file_path: `${STATE}/metadata.json` } },
    { ...DEPLOYER, id: "1", workspace: "write", accountAdmin: false, workspaceAdmin: false },
  );
  jobs.delete(job.id);
  (jobs.all as Map<string, typeof job>).set("7", { ...job, id: "7" });
}

export const SUMMARY = JSON.stringify({
  sync: { paths: ["."] },
  bundle: { name: "lakehouse-jobs", target: "prod" },
  workspace: { root_path: "/Workspace/Shared/lake", state_path: STATE },
  resources: { jobs: { nightly: { id: "7", name: "nightly", url: "https://example.com/jobs/7" } } },
});

/** A CLI that plans `entries`, deploys them, and answers everything that a test does not. */
export function usualCli(entries: Record<string, string>, special: PlayCli = () => ({ code: 0 })): PlayCli {
  return (command, request) => {
    if (command === "version -o json") return { stdout: '{"Version":"1.13.0"}' };
    if (command === "plan -o json") return { stdout: plan(entries) };
    if (command === "summary -o json") return { stdout: SUMMARY };
    return special(command, request);
  };
}

/** As the CLI does after it has uploaded files. */
async function leaveSnapshot({ env, args }: ProcessRequest): Promise<void> {
  const target = args[args.indexOf("--target") + 1] ?? "";
  const folder = path.join(env["DATABRICKS_BUNDLE_TMP"] ?? "", target, "sync-snapshots");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "0.json"), '{"local_to_remote_names":{}}');
}

/** As the CLI's direct engine does when it has deployed these entries. */
export async function leaveState({ env }: ProcessRequest, entries: object): Promise<void> {
  const folder = path.join(env["DATABRICKS_BUNDLE_TMP"] ?? "", "prod");
  await mkdir(folder, { recursive: true });
  const state = { state_version: 2, lineage: "95cb68d5", serial: 1, state: entries };
  await writeFile(path.join(folder, "resources.json"), JSON.stringify(state));
}

/** One use of the step in a sandbox, with the CLI played: core from its inputs to its exit code. */
export class Flow {
  readonly sandbox: Sandbox;
  readonly checkout: string;
  readonly temp: string;
  readonly commands: string[] = [];
  readonly requests: ProcessRequest[] = [];
  ci!: FakeCi;
  /** The PATH on which the CLI is. */
  readonly path: string;
  readonly #scratch: Scratch;

  private constructor(sandbox: Sandbox, scratch: Scratch, checkout: string, temp: string, folder: string) {
    this.sandbox = sandbox;
    this.checkout = checkout;
    this.temp = temp;
    this.path = folder;
    this.#scratch = scratch;
  }

  static async start(options: SandboxOptions = {}): Promise<Flow> {
    const example = path.resolve(import.meta.dirname, "../../../examples/lakehouse-jobs");
    const sandbox = await startSandbox(options);
    deployJob(sandbox);
    const scratch = new Scratch();
    const folder = await scratch.fresh("path");
    await writeFile(path.join(folder, "databricks"), "#!/bin/false\n");
    await chmod(path.join(folder, "databricks"), 0o755);
    const checkout = await checkoutOf(example, textOf(sandbox.github.claims["sha"]), scratch.fresh);
    const temp = path.join(await scratch.fresh("temp"), "temp");
    await mkdir(temp);
    return new Flow(sandbox, scratch, checkout, temp, folder);
  }

  /** Folders that go when the flow stops. */
  get freshFolder(): FreshFolder {
    return this.#scratch.fresh;
  }

  /** Stops the sandbox and removes the checkout and every folder of the flow. */
  async stop(): Promise<void> {
    await this.sandbox.stop().finally(() => this.#scratch.remove());
  }

  /** Runs the step; `inputs` are added to those that deploy the example to `prod`. */
  run(
    inputs: Partial<Record<InputName, string>>,
    cli: PlayCli,
    {
      ports,
      context,
      ci: ci = {},
      seams = {},
    }: { ports?: Partial<Ports>; context?: Partial<RunContext>; ci?: Partial<FakeCi>; seams?: Seams } = {},
  ): Promise<number> {
    const { sandbox } = this;
    const given = {
      host: sandbox.workspace.host,
      "client-id": DEPLOYER.applicationId,
      target: "prod",
      ...inputs,
    };
    this.ci = new FakeCi(given, { checkout: this.checkout, tempFolder: this.temp, ...context });
    this.ci.mintIdToken = (audience) => sandbox.github.mint({ audience });
    Object.assign(this.ci, ci);
    const environment = { PATH: this.path };
    const all: Ports = {
      clock: systemClock,
      platform: { os: "linux", arch: "x64" },
      environment,
      send: createSend(environment),
      runProcess: async (request) => {
        const command = request.args
          .filter((arg, at, all) => !ALWAYS_THERE.has(arg) && all[at - 1] !== "--target")
          .join(" ");
        this.commands.push(command);
        this.requests.push(request);
        request.onStart?.(4_000_000);
        await askForToken(request.env);
        const played = await cli(command, request);
        const { code = 0, signal = null, stdout = "", stderr = "", leavesNoList = false } = played;
        if (command.startsWith("deploy") && code === 0) await this.#recordDeployment(request.env);
        if (command.startsWith("deploy") && code === 0 && !leavesNoList) await leaveSnapshot(request);
        if (stdout) request.onStdout(Buffer.from(stdout));
        if (stderr) request.onStderr(Buffer.from(stderr));
        return { code: signal === null ? code : null, signal };
      },
      ...ports,
    };
    return runStep(this.ci, all, seams);
  }

  /** As the CLI does: the record of the deployment, locally and in the workspace. */
  async #recordDeployment(env: ProcessRequest["env"]): Promise<void> {
    const record = JSON.stringify({ version: 1, seq: this.commands.length });
    const folder = path.join(env["DATABRICKS_BUNDLE_TMP"] ?? "", "prod");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "deployment.json"), record);
    const { files } = this.sandbox.workspace;
    files.mkdirs(STATE);
    files.importFile(`${STATE}/deployment.json`, Buffer.from(record), true);
  }

  /** The text of the first error annotation. */
  get error(): string {
    return this.ci.annotations.find(({ level }) => level === "error")?.text ?? "";
  }
}
