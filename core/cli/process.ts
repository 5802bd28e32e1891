import { spawn as nodeSpawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { kill as nodeKill } from "node:process";
import { win32 } from "node:path";
import { lastingOutput } from "./lasting-output.ts";
import type {
  Clock,
  Environment,
  Platform,
  ProcessRequest,
  ProcessResult,
  RunProcess,
} from "../base/ports.ts";

/** What starts and ends processes; replaced in tests, which is how the Windows side is tested elsewhere. */
export interface ProcessPort {
  readonly spawn: (file: string, args: readonly string[], options: SpawnOptions) => ChildProcess;
  /** As `process.kill`; throws with code `ESRCH` where there is no such process. */
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
}

const NODE: ProcessPort = {
  spawn: nodeSpawn,
  kill: (pid, signal) => {
    nodeKill(pid, signal);
  },
};

/** Milliseconds for the output of a program that has ended to reach us, though others may hold its pipes. */
const DRAIN = 1_000;
/** Milliseconds between the polite and the final signal. */
const GRACE = 2_000;

/**
 * The real {@link RunProcess}. On POSIX the program leads a session and group of its own, on Windows it has no console,
 * so that neither Ctrl-C nor a CI's cancellation reaches it. What it has left running in its group is ended with it:
 * the step does not wait for a build daemon that keeps our pipes open, and nothing that ran in the bundle's name
 * outlives the command.
 */
export function createRunProcess(platform: Platform, port: ProcessPort = NODE): RunProcess {
  const windows = platform.os === "win32";
  return (request) =>
    new Promise((resolve, reject) => {
      // A broken pipe ends no program on Windows.
      const lasting =
        request.outlives === true && !windows
          ? lastingOutput([request.onStdout, request.onStderr])
          : undefined;
      const child = port.spawn(request.file, request.args, {
        cwd: request.cwd,
        env: { ...request.env },
        detached: !windows,
        windowsHide: true,
        shell: false,
        stdio: ["ignore", ...(lasting?.descriptors ?? ["pipe" as const, "pipe" as const])],
      });
      child.stdout?.on("data", request.onStdout);
      child.stderr?.on("data", request.onStderr);
      child.once("error", (error) => {
        lasting?.end();
        reject(error);
      });
      child.once("spawn", () => {
        if (child.pid !== undefined) request.onStart?.(child.pid);
      });
      let drain: NodeJS.Timeout | undefined;
      child.once("exit", () => {
        // Windows keeps no group after its leader's end.
        if (!windows && child.pid !== undefined) signalGroup(child.pid, "SIGKILL", port);
        drain = setTimeout(() => {
          child.stdout?.destroy();
          child.stderr?.destroy();
        }, DRAIN);
      });
      child.once("close", (code, signal) => {
        clearTimeout(drain);
        lasting?.end();
        resolve({ code, signal });
      });
    });
}

/** Whether a process with this id exists (POSIX kill(2) with signal 0; Node does the same on Windows). */
export function isRunning(pid: number): boolean {
  try {
    return nodeKill(pid, 0);
  } catch {
    return false;
  }
}

/** False if nothing could be signalled: the group has ended already. */
function signalGroup(pid: number, signal: NodeJS.Signals, port: ProcessPort): boolean {
  try {
    port.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ends a program with all that it has started. Never rejects: what has ended already is what was wanted. */
export type Terminate = (pid: number) => Promise<void>;

export interface TerminateOptions {
  readonly platform: Platform;
  readonly clock: Clock;
  /** Only `SystemRoot` is read, on Windows. */
  readonly environment: Environment;
  readonly port?: ProcessPort;
}

/**
 * Ends what {@link createRunProcess} has started: SIGTERM to the group, then SIGKILL after two seconds; on Windows
 * `taskkill` on the tree, by absolute path.
 */
export function createTerminate({ platform, clock, environment, port = NODE }: TerminateOptions): Terminate {
  if (platform.os === "win32") return (pid) => taskkill(pid, environment, port);
  return async (pid) => {
    if (!signalGroup(pid, "SIGTERM", port)) return;
    await clock.sleep(GRACE);
    signalGroup(pid, "SIGKILL", port);
  };
}

function taskkill(pid: number, environment: Environment, port: ProcessPort): Promise<void> {
  const root =
    Object.entries(environment).find(([name]) => name.toLowerCase() === "systemroot")?.[1] ?? "C:\\Windows";
  const folder = win32.join(root, "System32");
  return new Promise((resolve) => {
    const child = port.spawn(win32.join(folder, "taskkill.exe"), ["/PID", String(pid), "/T", "/F"], {
      cwd: folder,
      env: { SystemRoot: root },
      windowsHide: true,
      shell: false,
      stdio: "ignore",
    });
    for (const event of ["error", "close"]) {
      child.once(event, () => {
        resolve();
      });
    }
  });
}

/** The two halves of running a program that may have to be stopped. */
export interface ProgramPorts {
  readonly runProcess: RunProcess;
  readonly terminate: Terminate;
}

/**
 * Runs a program to its end, or until `signal` is aborted: then it is ended with all that it has started, and only when
 * it is gone this rejects with the signal's reason.
 */
export async function runUntil(
  { runProcess, terminate }: ProgramPorts,
  request: ProcessRequest,
  signal?: AbortSignal,
): Promise<ProcessResult> {
  signal?.throwIfAborted();
  let pid: number | undefined;
  let ending: Promise<void> | undefined;
  const end = () => {
    if (pid !== undefined) ending ??= terminate(pid);
  };
  signal?.addEventListener("abort", end);
  try {
    return await runProcess({
      ...request,
      onStart: (started) => {
        pid = started;
        request.onStart?.(started);
        if (signal?.aborted) end();
      },
    });
  } finally {
    signal?.removeEventListener("abort", end);
    await ending;
    // A program that has ended by itself meanwhile is reported as stopped, too: nobody waits for its result any more.
    if (ending) signal?.throwIfAborted();
  }
}
