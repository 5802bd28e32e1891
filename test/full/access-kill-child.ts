import { readAccessFiles } from "../../core/access/plan/plan.ts";
import { applyAccess, withdrawAccess } from "../../core/access/apply/apply.ts";
import { bundleFacts } from "../../core/access/bundle-facts.ts";
import { connectDatabricks } from "../../core/api/client.ts";
import type { Json } from "../../core/api/json.ts";
import type { Clock, Send } from "../../core/base/ports.ts";

/** What the parent writes to stdin. `killAt` is the number of a request; 0: run to the end. */
export interface ChildOrder {
  readonly host: string;
  readonly token: string;
  readonly deployerId: string;
  readonly accountId: string;
  readonly workspaceId: string;
  readonly access: string;
  readonly summary: Json;
  readonly withdraw: boolean;
  readonly killAt: number;
  readonly effect: "before" | "after";
}

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const order = JSON.parse(Buffer.concat(chunks).toString("utf8")) as ChildOrder;

/** Waits pass at once, so that a left-over lock costs no minute. The deadline of a request never comes. */
let offset = 0;
const clock: Clock = {
  now: () => Date.now() + offset,
  sleep: (ms, signal) =>
    ms > 20_000
      ? new Promise((_, reject) =>
          signal?.addEventListener("abort", () => {
            reject(new Error("stopped"));
          }),
        )
      : ((offset += ms), Promise.resolve()),
};
let count = 0;
const send: Send = async ({ method, url, headers, body }) => {
  const number = ++count;
  const die = (effect: ChildOrder["effect"]): void => {
    if (number === order.killAt && effect === order.effect) process.kill(process.pid, "SIGKILL");
  };
  die("before");
  const response = await fetch(url, {
    method,
    headers: { ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  die("after");
  return { status: response.status, headers: Object.fromEntries(response.headers), body: text };
};
const api = connectDatabricks({ host: order.host, token: () => Promise.resolve(order.token), send, clock });
const connection = { workspace: api, account: api, elsewhere: undefined };
const request = {
  files: readAccessFiles({ path: "access.yml", text: order.access }, undefined),
  bundle: bundleFacts(order.summary, order.workspaceId),
  deployed: true,
  deployerId: order.deployerId,
  accountId: order.accountId,
  evidence: { claims: {}, selfReported: { now: clock.now(), addresses: [] } },
  deployer: connection,
  registrar: undefined,
  owner: { issuer: "https://issuer.example", repositoryId: "1", context: "environment:prod" },
  readers: [],
  clock,
};
const options = { holder: "child", lockTimeout: 600_000, onApplied: () => Promise.resolve() };
await (order.withdraw
  ? withdrawAccess(request, options)
  : applyAccess(request, { ...options, approved: undefined }));
process.stdout.write(String(count));
