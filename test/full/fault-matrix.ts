import assert from "node:assert/strict";
import { AZURE_DEVOPS } from "../../core/ci/azure-devops/dialect.ts";
import { requestAzureDevOpsIdToken } from "../../core/ci/azure-devops/id-token.ts";
import { requestGitHubIdToken } from "../../core/ci/github/id-token.ts";
import type { Clock, Send } from "../../core/base/ports.ts";
import { createSend } from "../../core/net/send.ts";
import { AZURE_DEPLOYER, CONNECTION, TENANT_ID } from "../../sandbox/defaults.ts";
import type { FaultAnswer, FaultRule } from "../../sandbox/http/faults.ts";
import type { LoggedRequest } from "../../sandbox/http/log.ts";
import { prepareAccess } from "../unit/support/access-flow.ts";
import { Flow, usualCli, type PlayCli } from "../unit/support/flow.ts";

/** Whether all cases are played, several at a time: then nothing may come late because the machine is busy. */
const IS_BUSY = process.env["TEST_EVERY_CASE"] !== undefined;
/** Time passes this much faster than on the wall: a deadline of a minute is over in seconds. */
const SPEED = IS_BUSY ? 8 : 20;
/** Milliseconds on the wall for one request, in place of the usual half a minute. */
const TIMEOUT = IS_BUSY ? 2_500 : 800;

/** A clock that is in a hurry. */
export function fastClock(): Clock {
  const begin = Date.now();
  return {
    now: () => begin + (Date.now() - begin) * SPEED,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const onAbort = (): void => {
          clearTimeout(timer);
          reject(signal?.reason as Error);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        }, ms / SPEED);
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
  };
}

type Then = Pick<FaultRule, "then" | "tookEffect" | "delay">;

const answer = (status: number, more: Partial<FaultAnswer> = {}): Then => ({ then: { status, ...more } });
const page = "<!doctype html><html><body>Sign in</body></html>";

/** What can go wrong with a request; `passing` faults must be overcome if they happen once. */
export const FAULTS: Readonly<Record<string, Then & { readonly passing: boolean }>> = {
  "429 with seconds": { ...answer(429, { headers: { "retry-after": "2" } }), passing: true },
  "429 with a date": {
    ...answer(429, {
      headers: { date: "Tue, 24 Nov 2026 10:00:00 GMT", "retry-after": "Tue, 24 Nov 2026 10:00:03 GMT" },
    }),
    passing: true,
  },
  "429 in words": { ...answer(429, { body: "slow down" }), passing: true },
  "408": { ...answer(408), passing: true },
  "500": { ...answer(500), passing: true },
  "502 as a page": {
    ...answer(502, { headers: { "content-type": "text/html" }, body: page }),
    passing: true,
  },
  "503": { ...answer(503), passing: true },
  "503 with seconds": { ...answer(503, { headers: { "retry-after": "1" } }), passing: true },
  "504": { ...answer(504, { body: "" }), passing: true },
  "reset before the effect": { then: "reset", passing: true },
  "reset after the effect": { then: "reset", tookEffect: true, passing: true },
  "no answer": { then: "hang", passing: true },
  "no answer after the effect": { then: "hang", tookEffect: true, passing: true },
  "a body that does not end": {
    ...answer(200, { headers: { "content-length": "4000" }, body: '{"a":' }),
    passing: true,
  },
  "half of a JSON": { ...answer(200, { body: '{"access_token":"x' }), passing: false },
  "HTML with status 200": {
    ...answer(200, { headers: { "content-type": "text/html" }, body: page }),
    passing: false,
  },
  "JSON of another kind": { ...answer(200, { body: [1, 2] }), passing: false },
  "an empty body": { ...answer(200, { body: "" }), passing: false },
  "a redirect to another host": {
    ...answer(302, { headers: { location: "https://evil.example/login" }, body: "" }),
    passing: false,
  },
  "403 of an IP access list": {
    ...answer(403, {
      headers: { "content-type": "text/html" },
      body: "Source IP address: 203.0.113.7 is blocked by Databricks IP ACL for workspace: 1",
    }),
    passing: false,
  },
};

/** A command whose requests are all hit. */
export interface Course {
  readonly name: string;
  /** Of its cases one in so many is played; default all. Its own requests alone, where it shares some with others. */
  readonly every?: number;
  /** What cannot be read leaves the scope of access unproven: no failure then, and codes of its own. */
  readonly judgesAccess?: true;
  run(flow: Flow, send: Send, clock: Clock): Promise<number>;
}

type Given = NonNullable<Parameters<Flow["run"]>[2]>;
type Inputs = Parameters<Flow["run"]>[0];

interface CourseOptions extends Pick<Course, "every" | "judgesAccess"> {
  readonly inputs?: Inputs;
  /** What the CLI plans. */
  readonly entries?: Readonly<Record<string, string>>;
  /** What has to be there before; answers with the CLI that goes with it. */
  readonly prepare?: (flow: Flow) => Promise<PlayCli>;
  /** The CI and the ports, where they are not GitHub's. */
  readonly given?: (flow: Flow, send: Send, clock: Clock) => Given;
}

function course(
  name: string,
  { inputs = {}, entries = {}, prepare, given = onGitHub, ...more }: CourseOptions,
): Course {
  const cliOf = ({ sandbox }: Flow): PlayCli =>
    usualCli(entries, (command) => {
      if (command.startsWith("destroy")) sandbox.workspace.jobs.delete("7");
      return { code: 0 };
    });
  return {
    name,
    ...more,
    run: async (flow, send, clock) => {
      const { ports, ...rest } = given(flow, send, clock);
      const cli = prepare ? await prepare(flow) : cliOf(flow);
      return flow.run(inputs, cli, { ...rest, ports: { send, clock, ...ports } });
    },
  };
}

function onGitHub({ sandbox }: Flow, send: Send): Given {
  const { requestUrl, requestToken } = sandbox.github;
  const mintIdToken = (audience: string): Promise<string> =>
    requestGitHubIdToken({ requestUrl, requestToken, fromFork: false, audience, send });
  return { ci: { mintIdToken } };
}

/** A service connection of Azure DevOps, whose ID token goes to Entra ID. */
function onAzure({ sandbox, path }: Flow, send: Send, clock: Clock): Given {
  const { azure, entra } = sandbox;
  const variables = {
    ...{
      oidcRequestUri: azure.oidcRequestUri,
      collectionUri: azure.collectionUri(),
      projectId: azure.projectId,
    },
    ...{ hostType: "build", planId: azure.planId, jobId: azure.jobId },
  };
  const quiet = { debug: () => undefined, info: () => undefined };
  const mintIdToken = (): Promise<string> =>
    requestAzureDevOpsIdToken({
      ...{ variables, send, clock, ...quiet },
      jobToken: azure.jobToken,
      connectionId: CONNECTION.id,
    });
  const environment = { PATH: path, AZURE_AUTHORITY_HOST: entra.authority() };
  return {
    ci: { mintIdToken, dialect: AZURE_DEVOPS, fixedAudience: "api://AzureADTokenExchange" },
    ports: { environment },
  };
}

/** With a token service that can be left behind: it says that it listens, and that it has heard. */
function withService(flow: Flow, send: Send): Given {
  let toStep: (line: string) => void = () => undefined;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const process = {
    pid: 4_000_001,
    read: (onLine: (line: string) => void): Promise<void> => {
      toStep = onLine;
      return ended;
    },
    write: (line: string): void => {
      const { type, id } = JSON.parse(line) as { readonly type: string; readonly id?: number };
      if (type === "charge") toStep(JSON.stringify({ type: "listening", port: 1 }));
      if (type === "sync") toStep(JSON.stringify({ type: "echo", id }));
      if (type === "stop") end();
    },
    release: (): void => undefined,
    kill: (): void => {
      end();
    },
  };
  return {
    ...onGitHub(flow, send),
    ports: { detached: { runner: undefined, start: () => Promise.resolve(process) } },
  };
}

const ENTRA = {
  command: "plan",
  exchange: "entra",
  "tenant-id": TENANT_ID,
  "client-id": AZURE_DEPLOYER.applicationId,
} as const;

export const COURSES: readonly Course[] = [
  course("deploy", { entries: { "jobs.nightly": "update" } }),
  course("run", { inputs: { command: "run", resource: "nightly" } }),
  course("destroy", { inputs: { command: "destroy", "auto-approve": "true" } }),
  course("plan", { inputs: { command: "plan" }, entries: { "jobs.nightly": "update" } }),
  course("login", { inputs: { command: "login", target: "" }, given: withService }),
  course("access", {
    prepare: async (flow) => (await prepareAccess(flow)).cli(),
    every: 3,
    judgesAccess: true,
  }),
  course("a plan through Azure DevOps and Entra ID", { inputs: ENTRA, given: onAzure }),
];

export interface Outcome {
  readonly exitCode: number;
  /** Of the first error; "" if there was none. */
  readonly code: string;
  readonly error: string;
  /** Milliseconds on the fast clock. */
  readonly took: number;
  readonly requests: readonly LoggedRequest[];
  /** How many requests the fault has hit. */
  readonly hits: number;
}

/** The requests of a course that are our own, each as a rule that hits it. */
export async function requestsOf(course: Course): Promise<readonly FaultRule[]> {
  const { requests, error } = await underFault(course);
  assert.equal(error, "", "without a fault");
  const own = requests.filter(({ userAgent }) => userAgent.startsWith("databricks-secretless"));
  const rules = own.map(({ system, method, path }) => ({ system, method, path }));
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

/** Runs a course in a sandbox of its own with one fault. */
export async function underFault(course: Course, rule?: FaultRule): Promise<Outcome> {
  const clock = fastClock();
  const flow = await Flow.start({ clock });
  try {
    const send = createSend({});
    const hurried: Send = (request) => send({ ...request, timeout: TIMEOUT });
    const fault = rule && flow.sandbox.fault(rule);
    const begin = clock.now();
    const exitCode = await course.run(flow, hurried, clock);
    const { error } = flow;
    return {
      exitCode,
      code: /^([A-Z_]+): /.exec(error)?.[1] ?? "",
      error,
      took: clock.now() - begin,
      requests: flow.sandbox.requests,
      hits: fault?.hits ?? 0,
    };
  } finally {
    await flow.stop();
  }
}

/** Codes that say the truth about a request that fails for good, by what it asked. */
function wantedCodes(path: string): readonly string[] {
  // What the CI answers is its own refusal to mint.
  if (/\/idtoken\/|\/oidctoken$/.test(path)) return ["ENDPOINT_UNAVAILABLE", "ID_TOKEN_REFUSED"];
  return ["ENDPOINT_UNAVAILABLE"];
}

/** Milliseconds on the fast clock after which a run has hung: the step's own limits are minutes. */
const HUNG = 20 * 60_000;
/** An answer that means "there is none" to what it asks: older hosts have no such document. */
const OPTIONAL = /\/\.well-known\//;
/** Writes that the workspace answers with nothing but `{}`: an empty answer is as good a word of theirs. */
const SILENT = /\/workspace\/(?:import|mkdirs|delete)$/;

export interface FaultCase {
  readonly request: FaultRule;
  /** Of {@link FAULTS}. */
  readonly fault: string;
  readonly times: number;
}

export interface Judged {
  readonly verdict: "recovered" | "failed as wanted" | "hung" | "wrong";
  /** The case and what came of it, for people. */
  readonly what: string;
}

/** Runs one case and judges it: what passes must be overcome, what stays must be told by its name. */
export async function judged(course: Course, { request, fault, times }: FaultCase): Promise<Judged> {
  const { passing = false, ...rule } = FAULTS[fault] ?? {};
  const play = (): Promise<Outcome> => underFault(course, { ...request, ...rule, times });
  let outcome = await play();
  // Something before it came late on a busy machine.
  if (outcome.hits === 0) outcome = await play();
  const { exitCode, code, error, took, hits } = outcome;
  const route = String(request.path);
  const what = `${course.name}: ${request.method ?? ""} ${route}, ${fault}, ${times === 1 ? "once" : "for ever"}: ${code} ${error.slice(0, 300)}`;
  if (took > HUNG) return { verdict: "hung", what };
  if (hits === 0) return { verdict: "wrong", what: `${what} (never hit)` };
  const isWanted = wantedCodes(route).includes(code) || (course.judgesAccess && code.startsWith("ACCESS_"));
  if (exitCode !== 0) {
    const isAllowed = isWanted && !(passing && times === 1);
    return { verdict: isAllowed ? "failed as wanted" : "wrong", what };
  }
  // An answer that never was right is not taken for one.
  const isSaid = OPTIONAL.test(route) || (fault === "an empty body" && SILENT.test(route));
  const isTaken = times === Infinity && !isSaid && !course.judgesAccess;
  return { verdict: isTaken ? "wrong" : "recovered", what };
}
