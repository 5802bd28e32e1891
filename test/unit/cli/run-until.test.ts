import assert from "node:assert/strict";
import sinon from "sinon";
import { runUntil } from "../../../core/cli/process.ts";
import type { ProcessRequest } from "../../../core/base/ports.ts";

const REQUEST: ProcessRequest = {
  file: "/opt/program",
  args: [],
  cwd: "/",
  env: {},
  onStdout: () => undefined,
  onStderr: () => undefined,
};

describe("running until a signal", () => {
  /** A program that ends when it is terminated. */
  function program() {
    let end: (result: { code: number | null; signal: string | null }) => void = () => undefined;
    const terminated: number[] = [];
    const started = sinon.fake();
    return {
      started,
      terminated,
      end: (code: number) => {
        end({ code, signal: null });
      },
      ports: {
        runProcess: (request: ProcessRequest) =>
          new Promise<{ code: number | null; signal: string | null }>((resolve) => {
            end = resolve;
            started();
            request.onStart?.(7);
          }),
        terminate: (pid: number) => {
          terminated.push(pid);
          end({ code: null, signal: "SIGTERM" });
          return Promise.resolve();
        },
      },
    };
  }

  it("gives the result of what ends by itself", async () => {
    const { ports, end, terminated } = program();
    const stop = new AbortController();
    const result = runUntil(ports, REQUEST, stop.signal);
    end(4);
    assert.deepEqual(await result, { code: 4, signal: null });
    stop.abort();
    assert.deepEqual(terminated, [], "it is not ended afterwards");
  });

  it("ends it, waits for its end, and rejects with the signal's reason", async () => {
    const { ports, terminated } = program();
    const stop = new AbortController();
    const result = runUntil(ports, REQUEST, stop.signal);
    const reason = new Error("enough");
    stop.abort(reason);
    await assert.rejects(result, reason);
    assert.deepEqual(terminated, [7]);
  });

  it("does not start it after the signal", async () => {
    const { ports, started } = program();
    const reason = new Error("enough");
    await assert.rejects(runUntil(ports, REQUEST, AbortSignal.abort(reason)), reason);
    sinon.assert.notCalled(started);
  });

  it("ends it as soon as it has started, if the signal came between", async () => {
    const { ports, terminated } = program();
    const stop = new AbortController();
    const reason = new Error("enough");
    const { runProcess } = ports;
    const slow = (request: ProcessRequest) => {
      stop.abort(reason);
      return runProcess(request);
    };
    await assert.rejects(runUntil({ ...ports, runProcess: slow }, REQUEST, stop.signal), reason);
    assert.deepEqual(terminated, [7]);
  });

  it("hands on the process id, and that it could not be started", async () => {
    const { ports, end } = program();
    const onStart = sinon.fake();
    const result = runUntil(ports, { ...REQUEST, onStart });
    end(0);
    await result;
    sinon.assert.calledOnceWithExactly(onStart, 7);
    const broken = { ...ports, runProcess: () => Promise.reject(new Error("ENOENT")) };
    await assert.rejects(runUntil(broken, REQUEST), /ENOENT/);
  });
});
