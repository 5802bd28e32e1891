import { writeJson, type Json } from "./json.ts";
import type { Reply } from "./reply.ts";

export type System = "github" | "azure" | "entra" | "workspace" | "account" | "services" | "directory";

/** Which requests a fault hits, and what happens to them. Everything that is absent matches every request. */
export interface FaultRule {
  readonly system?: System;
  readonly method?: string;
  /** The decoded path: the exact text, or a pattern. */
  readonly path?: string | RegExp;
  /** The first matching request that is hit, counted from 1 since the rule was set; default 1. */
  readonly nth?: number;
  /** How many matching requests are hit from there on; default 1, `Infinity` for all. */
  readonly times?: number;
  /** Let the request take effect before the fault shows. */
  readonly tookEffect?: boolean;
  /** Milliseconds to wait before anything else happens; alone, the request is then answered as usual. */
  readonly delay?: number;
  /** What happens in place of the usual answer. `reset` breaks the connection, `hang` never answers. */
  readonly then?: "reset" | "hang" | FaultAnswer;
}

export interface FaultAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON; default: an error envelope of the Databricks API. */
  readonly body?: Json;
}

export interface Fault {
  /** How many requests the rule has hit so far. */
  readonly hits: number;
  remove(): void;
}

interface ActiveFault {
  readonly rule: FaultRule;
  seen: number;
  hits: number;
}

/** The answer of a throttled Databricks API (RFC 6585 4). */
export function throttled(retryAfterSeconds: number): FaultAnswer {
  return {
    status: 429,
    headers: { "retry-after": String(retryAfterSeconds) },
    body: {
      error_code: "REQUEST_LIMIT_EXCEEDED",
      message: "Request rate exceeds the limit of this workspace.",
    },
  };
}

export function faultReply(answer: FaultAnswer): Reply {
  const body = answer.body ?? {
    error_code: "TEMPORARILY_UNAVAILABLE",
    message: "The sandbox was asked to fail.",
  };
  const headers = answer.headers ?? {};
  const content = Buffer.from(typeof body === "string" ? body : writeJson(body));
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  return { status: answer.status, headers: { "content-type": type, ...headers }, body: content };
}

/** All faults of a sandbox; the first rule that was set and still hits wins. */
export class Faults {
  readonly #active = new Set<ActiveFault>();

  add(rule: FaultRule): Fault {
    const fault: ActiveFault = { rule, seen: 0, hits: 0 };
    this.#active.add(fault);
    return {
      get hits() {
        return fault.hits;
      },
      remove: () => {
        this.#active.delete(fault);
      },
    };
  }

  /** The rule that hits this request, if any. Every matching rule counts the request. */
  hit(request: {
    readonly system: System;
    readonly method: string;
    readonly path: string;
  }): FaultRule | undefined {
    let winner: ActiveFault | undefined;
    for (const fault of this.#active) {
      if (!matches(fault.rule, request)) continue;
      fault.seen += 1;
      const first = fault.rule.nth ?? 1;
      if (winner === undefined && fault.seen >= first && fault.seen < first + (fault.rule.times ?? 1))
        winner = fault;
    }
    if (winner !== undefined) winner.hits += 1;
    return winner?.rule;
  }
}

function matches(rule: FaultRule, request: { system: System; method: string; path: string }): boolean {
  if (rule.system !== undefined && rule.system !== request.system) return false;
  if (rule.method !== undefined && rule.method !== request.method) return false;
  if (rule.path === undefined) return true;
  return typeof rule.path === "string"
    ? rule.path === request.path
    : new RegExp(rule.path, rule.path.flags.replace(/[gy]/g, "")).test(request.path);
}
