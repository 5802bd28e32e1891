import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { startDetached, type Spawn } from "../../../core/cli/detached.ts";

describe("a process that outlives the step", () => {
  it("speaks in lines over pipes, has the environment that it was given and no other, and no folder of the job", async () => {
    const script = `
      const { stdin, env } = process;
      // Coverage is Node's own: it hands it on to each child.
      const names = Object.keys(env).filter((name) => name !== "NODE_V8_COVERAGE").sort();
      console.log(JSON.stringify([names, process.cwd()]));
      stdin.setEncoding("utf8").on("data", (text) => console.log("got " + text.trim()));
    `;
    const started = await startDetached(process.execPath, ["-e", script], { A: "1", B: "2" });
    const lines: string[] = [];
    const ended = started.read((line) => {
      lines.push(line);
      if (lines.length === 1) started.write("hello");
      if (lines.length === 2) started.kill();
    });
    await ended;
    assert.deepEqual(lines, ['[["A","B"],"/"]', "got hello"]);
    started.write("nobody reads this");
    started.release();
  });

  it("ends when nobody holds its pipes any more, if it wants to", async () => {
    const script = `process.stdin.on("end", () => process.exit(0)).resume();`;
    const started = await startDetached(process.execPath, ["-e", script], {});
    const ended = started.read(() => undefined);
    started.release();
    await ended;
  });

  it("that cannot be started is an error", async () => {
    await assert.rejects(startDetached("/nowhere/node", [], {}), { code: "ENOENT" });
  });

  it("has no console on Windows, and its root folder", async () => {
    let options: Parameters<Spawn>[2] | undefined;
    const child = Object.assign(new EventEmitter(), {
      pid: 7,
      stdin: new PassThrough(),
      stdout: new PassThrough(),
      unref: () => undefined,
    });
    const spawn = ((_file: string, _args: string[], given: typeof options) => {
      options = given;
      setImmediate(() => child.emit("spawn"));
      return child;
    }) as unknown as Spawn;
    assert.equal((await startDetached("/opt/node", ["main.js"], {}, spawn)).pid, 7);
    assert.deepEqual(options, {
      cwd: "/",
      env: {},
      detached: true,
      windowsHide: true,
      stdio: ["pipe", "pipe", "ignore"],
    });
  });
});
