import { spawn as nodeSpawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { DetachedProcess } from "../base/ports.ts";

/** What starts a process; replaced in tests. */
export type Spawn = typeof nodeSpawn;

/**
 * Starts a program that outlives this process: in a session of its own (POSIX setsid(2); on Windows without our console), in
 * the root folder so that it keeps no other one from being removed, with pipes for stdin and stdout alone. One that kept the
 * step's own output open would delay its end.
 */
export function startDetached(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  spawn: Spawn = nodeSpawn,
): Promise<DetachedProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: path.parse(file).root,
      env: { ...env },
      detached: true,
      windowsHide: true,
      stdio: ["pipe", "pipe", "ignore"],
    });
    const { stdin, stdout } = child;
    // Whoever has ended reads nothing more; that it has ended is seen in its output.
    stdin.on("error", () => undefined);
    stdout.on("error", () => undefined);
    child.once("error", reject);
    child.once("spawn", () => {
      // It must not keep us alive.
      child.unref();
      resolve({
        pid: child.pid ?? 0,
        read: (onLine) => readLines(stdout, onLine),
        write: (line) => {
          if (stdin.writable) stdin.write(`${line}\n`);
        },
        release: () => {
          stdin.destroy();
          stdout.destroy();
        },
        kill: () => {
          child.kill("SIGKILL");
        },
      });
    });
  });
}

/** Hands over each line; resolves when the stream has ended, however. */
export function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: stream, crlfDelay: Infinity });
    lines.on("line", onLine);
    for (const event of ["close", "error"] as const) stream.once(event, () => resolve());
    lines.once("close", resolve);
  });
}
