import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../core/base/errors.ts";
import { checkVersion } from "../../../core/cli/version.ts";
import { createRunProcess, createTerminate } from "../../../core/cli/process.ts";
import type { ProcessRequest, ProcessResult } from "../../../core/base/ports.ts";
import { systemClock, systemPlatform } from "../../../core/base/clock-and-platform.ts";
import { realCli } from "../../../sandbox/runner/find-cli.ts";
import { FakeClock } from "../support/fake-clock.ts";

function printing(stdout: string, result: ProcessResult = { code: 0, signal: null }) {
  const requests: ProcessRequest[] = [];
  return {
    requests,
    runProcess: (request: ProcessRequest) => {
      requests.push(request);
      request.onStderr(Buffer.from("noise"));
      for (const part of stdout.match(/[^]{1,100}/g) ?? []) request.onStdout(Buffer.from(part));
      return Promise.resolve(result);
    },
    terminate: () => Promise.resolve(),
    clock: new FakeClock(),
    file: "/opt/databricks",
    env: { PATH: "/bin" },
    cwd: "/temp",
  };
}
const version = (text: string) => checkVersion(printing(JSON.stringify({ Version: text, Major: 0 })));

describe("the CLI's version", () => {
  it("is asked for with the environment given, outside the checkout", async () => {
    const ports = printing('{"Version":"1.13.0"}');
    assert.deepEqual(await checkVersion(ports), { version: "1.13.0" });
    const [request] = ports.requests;
    assert.deepEqual(
      [request?.file, request?.args, request?.cwd, request?.env],
      ["/opt/databricks", ["version", "-o", "json"], "/temp", { PATH: "/bin" }],
    );
    assert.equal(ports.clock.sleeping, 0, "no timer is left");
  });

  for (const good of ["1.9.0", "1.9.1", "1.10.0", "2.0.0", "v1.13.0", "10.0.0", "1.13.0+build.5"]) {
    it(`accepts ${good}`, async () => {
      assert.deepEqual(await version(good), { version: good });
    });
  }
  for (const old of ["1.8.9", "0.299.0", "1.0.0", "0.9.99", "1.8.0-dev", "0.0.1"]) {
    it(`refuses ${old}`, async () => {
      const error: unknown = await version(old).catch((one: unknown) => one);
      assert.ok(error instanceof SecretlessError);
      assert.equal(error.code, "CLI_TOO_OLD");
      assert.equal(error.details.expected, "1.9.0 or newer");
      assert.equal(error.details.actual, `${old} (/opt/databricks)`);
    });
  }
  for (const build of ["1.14.0-dev+0123abcd", "0.0.0-dev", "0.0.0-dev+123", "1.9.0-rc.1", "0.0.0"]) {
    it(`accepts the development build ${build} with a warning`, async () => {
      const found = await version(build);
      assert.equal(found.version, build);
      assert.match(found.warning ?? "", /is a development build/);
    });
  }
  it("orders versions by number", () =>
    fc.assert(
      fc.asyncProperty(fc.nat(20), fc.nat(20), fc.nat(20), async (major, minor, patch) => {
        fc.pre(major + minor + patch > 0);
        const accepted = await version(`${major}.${minor}.${patch}`).then(
          () => true,
          () => false,
        );
        assert.equal(accepted, major > 1 || (major === 1 && minor >= 9));
      }),
    ));

  const unreadable: [string, string, ProcessResult?][] = [
    ["no JSON", "Databricks CLI v1.13.0"],
    ["nothing", ""],
    ["no version", "{}"],
    ["another program's JSON", '{"Version":"yes, please"}'],
    ["a list", "[]"],
    ["too much", JSON.stringify({ Version: "1.13.0", more: "x".repeat(100_000) })],
    ["an exit code", '{"Version":"1.13.0"}', { code: 1, signal: null }],
    ["an end by a signal", '{"Version":"1.13.0"}', { code: null, signal: "SIGSEGV" }],
  ];
  for (const [name, stdout, result] of unreadable) {
    it(`is unreadable in ${name}`, async () => {
      await assert.rejects(checkVersion(printing(stdout, result)), { code: "CLI_OUTPUT_UNREADABLE" });
    });
  }

  it("is given up after half a minute, and the program is ended", async () => {
    const ports = printing("");
    let end: (result: ProcessResult) => void = () => undefined;
    const ended: number[] = [];
    const checked = checkVersion({
      ...ports,
      runProcess: (request) => {
        request.onStart?.(5);
        return new Promise((resolve) => (end = resolve));
      },
      terminate: (pid) => {
        ended.push(pid);
        end({ code: null, signal: "SIGTERM" });
        return Promise.resolve();
      },
    });
    checked.catch(() => undefined);
    await ports.clock.advance(29_999);
    assert.deepEqual(ended, []);
    await ports.clock.advance(1);
    await assert.rejects(checked, { code: "CLI_OUTPUT_UNREADABLE" });
    assert.deepEqual(ended, [5]);
  });

  it("is not asked for after a cancellation", async () => {
    const reason = new Error("cancelled");
    await assert.rejects(checkVersion({ ...printing("{}"), signal: AbortSignal.abort(reason) }), reason);
  });

  it("of what cannot be started is an error that says why", async () => {
    const ports = { ...printing(""), runProcess: () => Promise.reject(new Error("spawn ENOEXEC")) };
    await assert.rejects(checkVersion(ports), (error: unknown) => {
      assert.ok(error instanceof SecretlessError);
      assert.equal(error.code, "CLI_NOT_FOUND");
      assert.match(error.details.actual ?? "", /\/opt\/databricks: spawn ENOEXEC/);
      return true;
    });
  });
});

// No `await` out here: a file with one is loaded as another kind of module, with copies of its own of what it imports,
// and coverage is then counted wrongly.
describe("the real CLI's version (skipped without one on PATH)", () => {
  it("is read", async function () {
    const cli = await realCli();
    if (cli === undefined) this.skip();
    const platform = systemPlatform();
    const runProcess = createRunProcess(platform);
    const terminate = createTerminate({ platform, clock: systemClock, environment: {} });
    const options = { runProcess, terminate, clock: systemClock, file: cli, env: {}, cwd: "/" };
    assert.match((await checkVersion(options)).version, /^\d+\.\d+\.\d+/);
  });
});
