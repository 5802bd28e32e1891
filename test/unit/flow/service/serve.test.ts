import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { DetachedProcess, Environment } from "../../../../core/base/ports.ts";
import type { ProcessPort } from "../../../../core/cli/own-process.ts";
import { discoverWorkspace } from "../../../../core/federation/discovery.ts";
import type { AccessToken } from "../../../../core/federation/exchange.ts";
import { chargeService } from "../../../../core/flow/service/detached.ts";
import { endService } from "../../../../core/flow/service/end.ts";
import { SERVICE_MARK } from "../../../../core/flow/service/mark.ts";
import { serveTokens } from "../../../../core/flow/service/serve.ts";
import type { StepService } from "../../../../core/flow/service/step-service.ts";
import { systemClock } from "../../../../core/base/clock-and-platform.ts";
import { createSend } from "../../../../core/net/send.ts";
import { DEPLOYER } from "../../../../sandbox/defaults.ts";
import { startSandbox, type Sandbox } from "../../../../sandbox/sandbox.ts";
import { until } from "../../support/until.ts";
import { FakeCi } from "../../support/fake-ci.ts";
import { scratchFolders } from "../../support/scratch.ts";

const PATH_SECRET = "p".repeat(43);
const CONTROL = "c".repeat(43);
const ID = "11111111-2222-4333-8444-555555555555";
const platform = { os: "linux", arch: "x64" } as const;

/** Two ends of a pipe in one process. */
class FakePipe {
  #toService: ((line: string) => void) | undefined;
  #toStep: ((line: string) => void) | undefined;
  #close: () => void = () => undefined;
  #ended: () => void = () => undefined;
  readonly killed: string[] = [];
  readonly closed = new Promise<void>((resolve) => (this.#close = resolve));
  readonly ended = new Promise<void>((resolve) => (this.#ended = resolve));

  readonly service = {
    read: (onLine: (line: string) => void) => {
      this.#toService = onLine;
      return this.closed;
    },
    write: (line: string) => {
      queueMicrotask(() => this.#toStep?.(line));
    },
  };
  readonly process: DetachedProcess = {
    pid: 4711,
    read: (onLine) => {
      this.#toStep = onLine;
      return this.ended;
    },
    write: (line) => {
      queueMicrotask(() => this.#toService?.(line));
    },
    release: () => this.#close(),
    kill: () => void this.killed.push("killed"),
  };
  /** The step is gone, without a word. */
  die(): void {
    this.#toStep = undefined;
    this.#close();
  }
  end(): void {
    this.#ended();
  }
}

describe("the detached token service", () => {
  const freshFolder = scratchFolders();
  let sandbox: Sandbox;
  let pipe: FakePipe;
  let alive: Set<number>;
  let step: StepService;
  let serving: Promise<void>;
  let temp = "";
  let stepToken: () => Promise<AccessToken>;
  let asked = 0;
  const processes: ProcessPort = {
    startedAt: (pid) => Promise.resolve(alive.has(pid) ? "77" : undefined),
    isRunning: (pid) => alive.has(pid),
    environmentOf: () => [`${SERVICE_MARK}=${ID}`],
    ours: () => [],
    kill: (pid) => void alive.delete(pid),
  };

  beforeEach(async () => {
    sandbox = await startSandbox({ accessTokenLife: 3600 });
    temp = await freshFolder("service");
    pipe = new FakePipe();
    alive = new Set([500, 600, 4711]);
    asked = 0;
    stepToken = () => {
      asked += 1;
      return Promise.resolve({ accessToken: "token-of-the-step", expiresAt: Date.now() + 3_600_000 });
    };
  });
  afterEach(async () => {
    pipe.die();
    alive.clear();
    await serving;
    await sandbox.stop();
  });

  async function start({ lifetime = 60_000, runner = "500 -", expiresIn = 3_600_000 } = {}): Promise<void> {
    const send = createSend({});
    const host = sandbox.workspace.host;
    const shellOf = (environment: Environment) => {
      const ci = new FakeCi(
        { host, "client-id": DEPLOYER.applicationId },
        { checkout: temp, tempFolder: temp },
      );
      ci.mintIdToken = (audience) => {
        assert.equal(environment["MEANS"], "to mint");
        return sandbox.github.mint({ audience });
      };
      const runProcess = () => Promise.reject(new Error("the service starts no program"));
      return { ci, ports: { clock: systemClock, platform, environment, send, runProcess } };
    };
    serving = serveTokens(pipe.service, shellOf, processes).finally(() => pipe.end());
    step = await chargeService({
      process: pipe.process,
      processes,
      clock: systemClock,
      token: () => stepToken(),
      charge: {
        environment: { MEANS: "to mint" },
        workspace: await discoverWorkspace({ host, send, clock: systemClock, deadline: Date.now() + 9_000 }),
        ahead: 0,
        token: { accessToken: "first-token", expiresAt: Date.now() + expiresIn },
        secrets: { path: PATH_SECRET, control: CONTROL },
        auditFile: path.join(temp, "audit.jsonl"),
        lifetime,
        runner,
      },
    });
  }

  async function ask(host = sandbox.workspace.host): Promise<string> {
    const headers = { "x-databricks-metadata-version": "1", "x-databricks-host": host };
    const answer = await fetch(step.url, { headers });
    const text = await answer.text();
    return answer.ok ? (JSON.parse(text) as { access_token: string }).access_token : text;
  }

  async function post(): Promise<string[]> {
    const port = new URL(step.url).port;
    const state = [port, CONTROL, ID, "4711 77"].join(" ");
    void serving.then(() => alive.delete(4711));
    const lines: string[] = [];
    const ending = endService({ state, roots: [temp] }, { clock: systemClock, platform, processes });
    for await (const line of ending) lines.push(line);
    return lines;
  }

  it("asks the step for each token while the step lives, and tells it what was refused", async () => {
    await start();
    assert.equal(await ask(), "token-of-the-step");
    assert.equal(await ask(), "token-of-the-step");
    assert.deepEqual([asked, step.served, step.lastError], [2, 2, undefined]);
    assert.equal(await ask("https://evil.example"), "refused");
    assert.deepEqual(await step.refusals(), [{ reason: "host", host: "https://evil.example" }]);
    const error = new Error("no more tokens");
    stepToken = () => Promise.reject(error);
    assert.equal(await ask(), "refused");
    assert.equal(step.lastError, error);
    assert.deepEqual(
      [step.served, sandbox.requests.filter(({ path: p }) => p.endsWith("/v1/token")).length],
      [2, 0],
    );
    await step.stop();
    await serving;
    assert.deepEqual(pipe.killed, []);
  });

  it("goes on alone from the step's last token, and exchanges its own when that has to be renewed", async () => {
    await start({ expiresIn: 900 });
    await step.leave();
    assert.equal(step.isLeft, true);
    assert.equal(await ask(), "first-token");
    // The exchange goes on beside: until it is done, the step's token is what there is.
    let token = "";
    await until(async () => (token = await ask()) !== "first-token");
    assert.match(token, /^eyJ/);
    assert.equal(await ask("https://evil.example"), "refused");
    const [first, hosts, ...rest] = await post();
    assert.match(first ?? "", /It gave \d+ tokens and exchanged 1 ID tokens\.$/);
    assert.match(hosts ?? "", /1 × host/);
    assert.match(rest.join(), /https:\/\/evil\.example/);
    const events = (await readFile(path.join(temp, "audit.jsonl"), "utf8")).trim().split("\n");
    assert.equal(events.length, 1);
    assert.match(events[0] ?? "", /"class_uid":3002/);
  });

  it("serves those who were waiting for a step that dies", async () => {
    await start();
    stepToken = () => {
      asked += 1;
      return new Promise(() => undefined);
    };
    const waiting = ask();
    while (asked === 0) await new Promise(setImmediate);
    pipe.die();
    assert.equal(await waiting, "first-token");
  });

  for (const [name, runner, neededBy, goes] of [
    ["the runner", 500, undefined, [500]],
    ["the runner, then the program that needs it", 500, 600, [500, 600]],
  ] as const) {
    it(`ends when the step is gone, and ${name}`, async () => {
      await start({ runner: `${runner} -` });
      await step.neededBy(neededBy);
      await step.refusals();
      pipe.die();
      let isOver = false;
      void serving.then(() => (isOver = true));
      for (const pid of goes) {
        assert.equal(isOver, false);
        assert.equal(await ask(), "first-token");
        alive.delete(pid);
      }
      await serving;
      await assert.rejects(ask());
    }).timeout(10_000);
  }

  it("ends when its time is over, whoever lives, and writes down what it did", async () => {
    await start({ lifetime: 1_500, expiresIn: 1 });
    await step.leave();
    assert.match(await ask(), /^eyJ/);
    await serving;
    await assert.rejects(ask());
    assert.match(await readFile(path.join(temp, "audit.jsonl"), "utf8"), /"class_uid":3002/);
    assert.match((await post()).join(), /had ended before/);
  });

  it("that was never told what for ends with the step", async () => {
    const never = new FakePipe();
    const over = serveTokens(never.service, () => assert.fail("nothing is known yet"), processes);
    never.die();
    await over;
    serving = Promise.resolve();
  });

  it("that dies is missed: the step says why there are no tokens", async () => {
    await start();
    pipe.end();
    await new Promise(setImmediate);
    assert.equal((step.lastError as { code: string }).code, "TOKEN_SERVICE_LOST");
    await assert.rejects(step.leave(), { code: "TOKEN_SERVICE_LOST" });
    assert.deepEqual(await step.refusals(), []);
  });

  it("that does not begin is an error, and is ended", async () => {
    serving = Promise.resolve();
    const charging = chargeService({
      process: pipe.process,
      processes,
      clock: systemClock,
      token: stepToken,
      charge: { environment: {} } as Parameters<typeof chargeService>[0]["charge"] & {
        environment: Environment;
      },
    });
    pipe.end();
    await assert.rejects(charging, { code: "TOKEN_SERVICE_LOST" });
    assert.deepEqual(pipe.killed, ["killed"]);
  });
});
