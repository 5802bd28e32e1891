import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { getuid, kill, pid as ownPid } from "node:process";
import type { Platform } from "../base/ports.ts";
import { isRunning } from "./process.ts";

/**
 * What tells a process of ours from another one that has the same id by now, or whose id somebody else has written where
 * we keep ours.
 */
export interface ProcessPort {
  /** When it was started, as the platform says it; undefined if there is no such process. */
  startedAt(pid: number): Promise<string | undefined>;
  /** Whether something has this id, where that is much cheaper than `startedAt`. */
  isRunning?(pid: number): boolean;
  /** Variables that it was started with; undefined where the platform does not show them, or this one's are hidden. */
  environmentOf(pid: number): readonly string[] | undefined;
  /** Ids of the processes of this user; empty where the platform does not show them. */
  ours(): readonly number[];
  kill(pid: number): void;
}

/** `<id> <start>`, for the post step; "" if it has ended already. */
export async function markOf(pid: number, port: ProcessPort): Promise<string> {
  const started = await port.startedAt(pid);
  return started === undefined ? "" : `${String(pid)} ${started}`;
}

/**
 * The id in a mark of {@link markOf}, if the process that it was made for still runs in the private folder `folder`:
 * started at the same time and, where the platform shows that, with the folder in its environment. The mark alone proves
 * nothing: code of the bundle can write the file in which the CI keeps it.
 */
export async function markedProcess(
  mark: string,
  folder: string,
  port: ProcessPort,
): Promise<number | undefined> {
  return markedWith(mark, folderVariable(folder), port);
}

/** As {@link markedProcess}, by another variable: `begin` is how its `name=value` begins. */
export async function markedWith(
  mark: string,
  begin: string,
  port: ProcessPort,
): Promise<number | undefined> {
  const { pid, started } = partsOf(mark);
  if (pid < 2 || pid === ownPid || (await port.startedAt(pid)) !== started) return undefined;
  const environment = port.environmentOf(pid);
  return environment === undefined || hasVariable(environment, begin) ? pid : undefined;
}

/** A mark for {@link stillRuns} alone, made without starting a program; "" if the process has ended already. */
export async function lightMark(pid: number, port: ProcessPort): Promise<string> {
  if (!port.isRunning) return markOf(pid, port);
  return port.isRunning(pid) ? `${String(pid)} -` : "";
}

/** Whether the process of a mark still runs. Where it costs a program to learn its start, its id alone is asked for. */
export async function stillRuns(mark: string, port: ProcessPort): Promise<boolean> {
  const { pid, started } = partsOf(mark);
  if (pid < 1) return false;
  return port.isRunning ? port.isRunning(pid) : (await port.startedAt(pid)) === started;
}

function partsOf(mark: string): { readonly pid: number; readonly started: string | undefined } {
  const [, text = "", started] = /^([1-9]\d{0,9}) (\S.{0,99})$/.exec(mark) ?? [];
  return { pid: Number(text), started };
}

/** What of the processes that the bundle has started was found after the CLI's end. */
export interface Strays {
  readonly ended: readonly number[];
  /** Processes of this user, begun since the step was, that show nobody their environment. */
  readonly hidden: readonly number[];
}

/** Rounds of looking: whoever is being ended may start another one. */
const ROUNDS = 5;

/**
 * Ends every process that has the private folder of this run in its environment, whatever group or session it has moved
 * to. Linux only, by proc_pid_environ(5): elsewhere nothing is found. A process that has thrown its environment away is
 * not found either; nobody but its parent would be told of its end (Node cannot be a subreaper, prctl(2)).
 */
export function endStrays(folder: string, port: ProcessPort): Strays {
  const ended = new Set<number>();
  let hidden: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const found: number[] = [];
    hidden = [];
    for (const pid of port.ours()) {
      if (pid === ownPid) continue;
      const environment = port.environmentOf(pid);
      if (environment === undefined) hidden.push(pid);
      else if (hasVariable(environment, folderVariable(folder))) found.push(pid);
    }
    if (found.length === 0) break;
    for (const pid of found) {
      port.kill(pid);
      ended.add(pid);
    }
  }
  return { ended: [...ended], hidden };
}

const folderVariable = (folder: string): string => `DATABRICKS_BUNDLE_TMP=${folder}`;

function hasVariable(environment: readonly string[], begin: string): boolean {
  return environment.some((variable) => variable.startsWith(begin));
}

/** The real processes. */
export function processPort({ os }: Platform): ProcessPort {
  return os === "linux" ? LINUX : { ...NOTHING, isRunning, startedAt: (pid) => asked(STARTED[os](pid)) };
}

const NOTHING = {
  environmentOf: () => undefined,
  ours: () => [],
  kill: (pid: number): void => {
    try {
      kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  },
};

const LINUX: ProcessPort = {
  ...NOTHING,
  startedAt(pid) {
    // proc_pid_stat(5): (22) starttime, in clock ticks since the boot; the name before it may hold blanks and brackets.
    const fields = read(`/proc/${String(pid)}/stat`)
      ?.replace(/^.*\) /s, "")
      .split(" ");
    // A zombie has ended; it only waits for its parent.
    return Promise.resolve(fields?.[0] === "Z" || fields?.[0] === "X" ? undefined : fields?.[19]);
  },
  environmentOf(pid) {
    try {
      return readFileSync(`/proc/${String(pid)}/environ`, "latin1").split("\0");
    } catch (error) {
      // One that has ended meanwhile hides nothing.
      const { code } = error as NodeJS.ErrnoException;
      return code === "EACCES" || code === "EPERM" ? undefined : [];
    }
  },
  ours() {
    const user = getuid?.();
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => {
        try {
          return statSync(`/proc/${name}`).uid === user;
        } catch {
          return false;
        }
      })
      .map(Number);
  },
};

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}

type Question = readonly [file: string, args: readonly string[]];

const POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";

/** How the platform is asked for the start of a process, by absolute path. */
export const STARTED: Readonly<Record<"darwin" | "win32", (pid: number) => Question>> = {
  darwin: (pid) => ["/bin/ps", ["-o", "lstart=", "-p", String(pid)]],
  win32: (pid) => [
    POWERSHELL,
    [
      "-NoProfile",
      "-NonInteractive",
      "-Command",
      `(Get-Process -Id ${String(pid)}).StartTime.ToFileTimeUtc()`,
    ],
  ],
};

function asked([file, args]: Question): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env: {}, windowsHide: true, stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    child.once("error", () => resolve(undefined));
    child.once("close", (code) => resolve(code === 0 && text.trim() !== "" ? text.trim() : undefined));
  });
}
