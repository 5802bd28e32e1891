import assert from "node:assert/strict";
import { throttled, type FaultRule } from "../../sandbox/http/faults.ts";
import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob, type GitHubJobOptions } from "../../sandbox/runner/github-job.ts";
import { sample } from "../unit/support/sample.ts";
import { scratchFolders } from "../unit/support/scratch.ts";
import { listen, type RunningServer } from "../unit/support/servers.ts";
import { cancelAt, lingeringCli } from "./support/cancel.ts";
import { HANDSHAKE, HANDSHAKE_REQUESTS, type HandshakeRequest } from "./support/handshake.ts";
import {
  assertDeployed,
  assertFreshAssertions,
  assertionsOf,
  assertSucceeded,
  codeOf,
} from "./support/results.ts";
import { leftIn } from "./support/files.ts";

const PLAN = { command: "plan" };
/** Requests of a deployment that are slow while its job is cancelled. */
const MOMENTS = {
  "in the middle of an upload": /import-file\/.*\/files\/src\//,
  "in the middle of the creation of jobs": /\/jobs\/create$/,
};

const hanging = sample(HANDSHAKE_REQUESTS, 5);

describe("bad weather", () => {
  const freshFolder = scratchFolders();
  let cli: SandboxCli;
  const jobs: GitHubJob[] = [];
  const start = async (options: GitHubJobOptions = {}): Promise<GitHubJob> => {
    const job = await startGitHubJob({ cli, ...options });
    jobs.push(job);
    return job;
  };

  /** A plan during which every one of these requests is hit once. */
  async function planThrough(rule: FaultRule, hit: readonly HandshakeRequest[]): Promise<GitHubJob> {
    const job = await start();
    const faults = hit.map((name) => job.sandbox.fault({ ...HANDSHAKE[name], ...rule }));
    const result = await job.step(PLAN);
    assertSucceeded(result);
    assert.deepEqual(
      faults.map(({ hits }) => hits),
      hit.map(() => 1),
    );
    assertFreshAssertions(job.sandbox);
    return job;
  }

  /** A deployment that is cancelled, and then killed, while this request is slow. */
  async function cancelledWhile(request: RegExp): Promise<void> {
    const job = await start({ cli: await lingeringCli(cli, freshFolder) });
    job.sandbox.fault({ path: request, method: "POST", delay: 2_000 });
    const { result, left } = await cancelAt(
      job,
      ({ method, path: route }) => method === "POST" && request.test(route),
    );
    assert.equal(result.exitCode, null, result.log);
    assert.equal(result.postExitCode, 0);
    assert.match(result.log, /still running; waiting[^]*It has ended/);
    assertDeployed(job.sandbox);
    assert.deepEqual(left, []);
    assert.deepEqual(leftIn(result.temp), []);

    const next = await job.step();
    assertSucceeded(next);
    const { changes } = JSON.parse(next.outputs["plan"] ?? "") as { changes: unknown[] };
    assert.deepEqual(changes, []);
    assertDeployed(job.sandbox);
  }

  // A try that hangs takes half a minute to be given up, and slow deployments are slow: they run beside everything else.
  const slow = new Map<string, Promise<void>>();
  before(async () => {
    cli = await sandboxCli();
    const begin = (name: string, act: () => Promise<unknown>): void => {
      const done = act().then(() => undefined);
      done.catch(() => undefined);
      slow.set(name, done);
    };
    for (const name of hanging) begin(name, () => planThrough({ then: "hang" }, [name]));
    for (const [when, request] of Object.entries(MOMENTS)) begin(when, () => cancelledWhile(request));
  });
  after(async () => {
    // Also those that no test has waited for, because one before it failed in its hook or only some tests run.
    await Promise.allSettled(slow.values());
    await Promise.all(jobs.map((job) => job.stop()));
  });

  describe("that passes: every request of the handshake is tried again, each exchange with a new ID token", () => {
    const passing: Record<string, FaultRule> = {
      "500": { then: { status: 500 } },
      "502": { then: { status: 502, body: "<html>Bad Gateway</html>" } },
      "503": { then: { status: 503 } },
      "504": { then: { status: 504 } },
      "a broken connection": { then: "reset" },
      "a connection that breaks after the request took effect": { then: "reset", tookEffect: true },
    };
    for (const [what, rule] of sample(Object.entries(passing), 5)) {
      it(what, async () => {
        const { sandbox } = await planThrough(rule, HANDSHAKE_REQUESTS);
        assert.equal(assertionsOf(sandbox).length, 2);
      });
    }

    it("429 with Retry-After, which is kept", async () => {
      const { sandbox } = await planThrough({ then: throttled(1) }, HANDSHAKE_REQUESTS);
      for (const name of HANDSHAKE_REQUESTS) {
        const { system, path: wanted } = HANDSHAKE[name];
        const [first, second] = sandbox.requests
          .filter((one) => one.system === system && new RegExp(wanted).test(one.path))
          .filter(({ userAgent }) => userAgent === "databricks-secretless");
        assert.ok(second!.at - first!.at >= 1000, name);
      }
    });
  });

  describe("that stays: the code tells what it is, and nothing is tried in vain", () => {
    const codes: Record<HandshakeRequest, Record<number, string | undefined>> = {
      // Older workspaces have no such documents: without them the built-in rules apply.
      "the workspace's configuration": { 400: undefined, 401: undefined, 403: "ENDPOINT_UNAVAILABLE" },
      "the token endpoint's metadata": { 400: undefined, 401: undefined, 403: "ENDPOINT_UNAVAILABLE" },
      "the ID token": { 400: "ID_TOKEN_REFUSED", 401: "ID_TOKEN_REFUSED", 403: "ID_TOKEN_REFUSED" },
      "the exchange": { 400: "EXCHANGE_REFUSED", 401: "EXCHANGE_REFUSED", 403: "EXCHANGE_REFUSED" },
      "the question who we are": {
        400: "ENDPOINT_UNAVAILABLE",
        401: "WRONG_PRINCIPAL",
        403: "WRONG_PRINCIPAL",
      },
    };
    for (const name of HANDSHAKE_REQUESTS) {
      it(`a refusal at ${name}: once and no more`, async () => {
        const check = async ([text, code]: [string, string | undefined]): Promise<void> => {
          const job = await start();
          const status = Number(text);
          const fault = { ...HANDSHAKE[name], then: { status }, times: Infinity };
          job.sandbox.fault(fault);
          const result = await job.step(PLAN);
          assert.equal(codeOf(result), code, `${text}: ${result.log}`);
          // The CLI asks some of these, too.
          const refused = job.sandbox.requests.filter(
            (one) => one.userAgent === "databricks-secretless" && one.status === status,
          );
          assert.equal(refused.length, 1, text);
        };
        await Promise.all(sample(Object.entries(codes[name]), 5).map(check));
      });
    }

    it("503 for ever, at each: ENDPOINT_UNAVAILABLE within the step's limit", async () => {
      const check = async (name: HandshakeRequest): Promise<void> => {
        const job = await start();
        job.sandbox.fault({ ...HANDSHAKE[name], then: { status: 503 }, times: Infinity });
        const result = await job.step({ ...PLAN, timeout: "12s" });
        assert.equal(codeOf(result), "ENDPOINT_UNAVAILABLE", `${name}: ${result.log}`);
        assertFreshAssertions(job.sandbox);
      };
      await Promise.all(HANDSHAKE_REQUESTS.map(check));
    });
  });

  describe("at the host itself: ENDPOINT_UNAVAILABLE before the CLI is asked", () => {
    let server: RunningServer;
    before(async () => {
      server = await listen((_, response) =>
        response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in"),
      );
    });
    after(() => server.stop());

    const hosts: Record<string, () => string> = {
      "a name that does not resolve": () => "https://adb-1234567890123456.7.azuredatabricks.invalid",
      "a port that nobody listens on": () => "http://127.0.0.1:9",
      "a sign-in page": () => server.url,
      "plain HTTP where HTTPS is spoken to": () => server.url.replace("http:", "https:"),
    };
    for (const [what, host] of Object.entries(hosts)) {
      it(what, async () => {
        const job = await start();
        const result = await job.step({ host: host(), timeout: "12s" });
        assert.equal(codeOf(result), "ENDPOINT_UNAVAILABLE", result.log);
        assert.doesNotMatch(result.log, /::group::Plan/);
        assert.deepEqual(
          job.sandbox.requests.filter(({ system }) => system === "workspace"),
          [],
        );
      });
    }
  });

  it("in the middle of a run: what the token service had to refuse is told by its own cause", async () => {
    const job = await start({ accessTokenLife: 2 });
    const { path: idToken } = HANDSHAKE["the ID token"];
    job.sandbox.fault({ path: idToken, nth: 2, times: Infinity, then: { status: 403 } });
    // The CLI asks for its token when the first one is over.
    job.sandbox.fault({ path: HANDSHAKE["the workspace's configuration"].path, nth: 2, delay: 2_500 });
    const result = await job.step(PLAN);
    assert.equal(codeOf(result), "ID_TOKEN_REFUSED", result.log);
  });

  describe("a cancelled job", () => {
    for (const when of Object.keys(MOMENTS)) {
      it(`${when}: the CLI goes on, post waits for it, and the next run finds all done`, () =>
        slow.get(when));
    }

    it("that is patient enough: the deployment ends within the step, which tells it", async () => {
      const job = await start();
      const { result, left } = await cancelAt(job, ({ path: route }) => /\/jobs\/create$/.test(route), [
        ["SIGINT", 0],
      ]);
      assertSucceeded(result);
      assert.match(result.log, /left to end/);
      assertDeployed(job.sandbox);
      assert.deepEqual(left, []);
    });

    const early: Record<string, RegExp> = {
      "during the exchange": /\/oidc\/v1\/token$/,
      "during the plan": /\/workspace\/(export|get-status)$/,
    };
    for (const [when, hung] of Object.entries(early)) {
      it(`${when}: ends at once with CANCELLED, nothing written and nothing left`, async () => {
        const job = await start({ cli: await lingeringCli(cli, freshFolder) });
        job.sandbox.fault({ path: hung, then: "hang", times: Infinity });
        const { result, left } = await cancelAt(job, ({ path: route }) => hung.test(route), [["SIGINT", 0]]);
        assert.equal(result.exitCode, 1, result.log);
        assert.equal(codeOf(result), "CANCELLED", result.log);
        assert.deepEqual(left, []);
        assert.deepEqual(leftIn(result.temp), []);
        const writes = job.sandbox.requests.filter(
          ({ method, path: route }) => method !== "GET" && !route.endsWith("/v1/token"),
        );
        assert.deepEqual(writes, []);
      });
    }
  });

  describe("a request that is never answered is given up and tried again", () => {
    for (const name of hanging) it(name, () => slow.get(name));
  });
});
