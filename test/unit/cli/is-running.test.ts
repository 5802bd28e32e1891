import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { isRunning } from "../../../core/cli/process.ts";

describe("whether a process is running", () => {
  it("is told by its id, before and after its end", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    assert.ok(child.pid !== undefined && isRunning(child.pid));
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(isRunning(child.pid), false);
  });
});
