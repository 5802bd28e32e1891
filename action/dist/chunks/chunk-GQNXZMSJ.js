
// core/cli/detached.ts
import { spawn as nodeSpawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
function startDetached(file, args, env, spawn = nodeSpawn) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: path.parse(file).root,
      env: { ...env },
      detached: true,
      windowsHide: true,
      stdio: ["pipe", "pipe", "ignore"]
    });
    const { stdin, stdout } = child;
    stdin.on("error", () => void 0);
    stdout.on("error", () => void 0);
    child.once("error", reject);
    child.once("spawn", () => {
      child.unref();
      resolve({
        pid: child.pid ?? 0,
        read: (onLine) => readLines(stdout, onLine),
        write: (line) => {
          if (stdin.writable) stdin.write(`${line}
`);
        },
        release: () => {
          stdin.destroy();
          stdout.destroy();
        },
        kill: () => {
          child.kill("SIGKILL");
        }
      });
    });
  });
}
function readLines(stream, onLine) {
  return new Promise((resolve) => {
    const lines = createInterface({ input: stream, crlfDelay: Infinity });
    lines.on("line", onLine);
    for (const event of ["close", "error"]) stream.once(event, () => resolve());
    lines.once("close", resolve);
  });
}

export {
  startDetached,
  readLines
};
