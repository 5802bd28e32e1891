import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { ProcessWatch } from "./processes.ts";

/** A detached token service as /proc shows it; elsewhere than on Linux none is seen. */
export interface RunningService {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
}

/** Every token service that runs on this machine. */
function runningServices(): RunningService[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const argv = read(`/proc/${name}/cmdline`);
      if (argv.at(-1) !== "token-service") return [];
      return [{ pid: Number(name), argv, environment: read(`/proc/${name}/environ`) }];
    });
}

/** The one that listens at the URL of these variables. */
export function serviceOf(variables: Readonly<Record<string, string>>): RunningService | undefined {
  const { port } = new URL(variables["DATABRICKS_METADATA_SERVICE_URL"] ?? "");
  return runningServices().find(({ pid }) => portsOf(pid).includes(Number(port)));
}

/** Resolves when it has ended. */
export async function untilGone({ pid }: RunningService): Promise<void> {
  while (runningServices().some((one) => one.pid === pid))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Watches main and all that it starts. */
export function watchProcess(processes: ProcessWatch, pid: number): void {
  if (ProcessWatch.possible) processes.watch(pid);
}

/** One token service was started, and it has ended with all the rest. */
export function assertServiceGone(processes: ProcessWatch): void {
  if (!ProcessWatch.possible) return;
  const services = processes.seen.filter(({ argv }) => argv.at(-1) === "token-service");
  assert.equal(new Set(services.map(({ pid }) => pid)).size, 1);
  assert.deepEqual(processes.running, []);
}

/** TCP ports of 127.0.0.1 at which a process listens (proc_pid_net(5), proc_pid_fd(5)). */
function portsOf(pid: number): number[] {
  const sockets = new Set(attempt(() => readdirSync(`/proc/${pid}/fd`)).flatMap((fd) => socketOf(pid, fd)));
  const rows = attempt(() => readFileSync("/proc/net/tcp", "latin1").split("\n")).map((row) =>
    row.trim().split(/\s+/),
  );
  return rows
    .filter(([, , , state, , , , , , inode = ""]) => state === "0A" && sockets.has(inode))
    .map(([, local = ""]) => Number.parseInt(local.split(":")[1] ?? "", 16));
}

function socketOf(pid: number, fd: string): string[] {
  const link = attemptOne(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
  const [, inode] = /^socket:\[(\d+)\]$/.exec(link ?? "") ?? [];
  return inode === undefined ? [] : [inode];
}

function read(file: string): string[] {
  return (attemptOne(() => readFileSync(file, "latin1")) ?? "").split("\0").slice(0, -1);
}

function attempt<T>(act: () => T[]): T[] {
  return attemptOne(act) ?? [];
}

/** What has ended meanwhile shows nothing. */
function attemptOne<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
