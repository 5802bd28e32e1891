import assert from "node:assert/strict";
import { ACCOUNT_ADMIN, ACCOUNT_ID, DEPLOYER, PLANNER } from "../../../sandbox/defaults.ts";
import type { GitHubEvent } from "../../../sandbox/github/claims.ts";
import { githubClaims } from "../../../sandbox/github/claims.ts";
import { isObject, parseJson, writeJson, type Json, type JsonObject } from "../../../sandbox/http/json.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../sandbox/sandbox.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as a JSON object; `{}` if it is none. */
  readonly body: JsonObject;
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  let body: Json = null;
  try {
    body = parseJson(text);
  } catch {
    // Not JSON: `text` has it.
  }
  return { status: response.status, headers: response.headers, text, body: isObject(body) ? body : {} };
}

export interface ApiCall {
  readonly token?: string;
  readonly body?: Json | Buffer | FormData;
}

/** One request to any system; `url` is absolute. */
export async function send(method: string, url: string, call: ApiCall = {}): Promise<Answer> {
  const { token, body } = call;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const sent = Buffer.isBuffer(body) ? new Uint8Array(body) : body instanceof FormData ? body : undefined;
  const content = body === undefined ? {} : { body: sent ?? writeJson(body as Json) };
  return answerOf(await fetch(url, { method, headers: authorization, ...content }));
}

export async function idToken(sandbox: Sandbox, audience: string): Promise<string> {
  const url = `${sandbox.github.requestUrl}&audience=${audience}`;
  const { body } = await send("GET", url, { token: sandbox.github.requestToken });
  assert.equal(typeof body["value"], "string");
  return body["value"] as string;
}

export const audienceOf = (sandbox: Sandbox): string => `${sandbox.workspace.host}/oidc/v1/token`;

/** A token exchange; a field that is `undefined` is left out. */
export async function exchange(
  sandbox: Sandbox,
  subjectToken: string,
  fields: Readonly<Record<string, string | undefined>> = {},
  endpoint = audienceOf(sandbox),
): Promise<Answer> {
  const form = new URLSearchParams();
  const all: Record<string, string | undefined> = {
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: subjectToken,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    client_id: DEPLOYER.applicationId,
    scope: "all-apis",
    ...fields,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) form.set(name, value);
  return answerOf(await fetch(endpoint, { method: "POST", body: form }));
}

/** An access token of one of the principals that are there from the start. */
export async function accessToken(
  sandbox: Sandbox,
  who: "deployer" | "planner" | "account admin" = "deployer",
): Promise<string> {
  const known = { deployer: DEPLOYER, planner: PLANNER, "account admin": ACCOUNT_ADMIN }[who];
  const events: Partial<Record<typeof who, GitHubEvent>> = {
    planner: { event: "pull_request" },
    "account admin": { environment: "platform" },
  };
  const subject = await sandbox.github.mint({ audience: ACCOUNT_ID, claims: githubClaims(events[who]) });
  const endpoint =
    who === "account admin" ? `${sandbox.account.host}/oidc/accounts/${ACCOUNT_ID}/v1/token` : undefined;
  const { status, body } = await exchange(sandbox, subject, { client_id: known.applicationId }, endpoint);
  assert.equal(status, 200, writeJson(body));
  return text(body, "access_token");
}

/** A field of a body as text; an id keeps all its digits. */
export function text(body: JsonObject, name: string): string {
  const value = body[name];
  assert.ok(
    typeof value === "string" || typeof value === "number" || typeof value === "bigint",
    `${name} is missing`,
  );
  return String(value);
}

/** The body of an answer that must be a success. */
export async function good(answer: Promise<Answer>): Promise<JsonObject> {
  const { status, body, text: content } = await answer;
  assert.equal(status, 200, content);
  return body;
}

export async function refused(answer: Promise<Answer>, status: number, errorCode: string): Promise<void> {
  const { status: actual, body } = await answer;
  assert.deepEqual([actual, body["error_code"]], [status, errorCode], writeJson(body));
}

export type Api = (method: string, path: string, body?: Json | Buffer | FormData) => Promise<Answer>;

/** Calls to the workspace with one token. */
export function workspaceApi(sandbox: Sandbox, token: string): Api {
  return (method, path, body) =>
    send(method, `${sandbox.workspace.host}${path}`, body === undefined ? { token } : { token, body });
}

/** A new sandbox for each test, and calls to its workspace as the deployer. */
export function sandboxForEachTest(options: SandboxOptions = {}): {
  readonly sandbox: Sandbox;
  readonly api: Api;
} {
  const rig: { sandbox?: Sandbox; api?: Api } = {};
  beforeEach(async () => {
    rig.sandbox = await startSandbox(options);
    rig.api = workspaceApi(rig.sandbox, await accessToken(rig.sandbox));
  });
  afterEach(() => rig.sandbox?.stop());
  return rig as Required<typeof rig>;
}
