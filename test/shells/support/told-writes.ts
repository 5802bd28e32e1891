import assert from "node:assert/strict";
import type { LoggedRequest } from "../../../sandbox/http/log.ts";

/** What a test reads of an event. */
export interface AuditEvent {
  readonly class_uid: 3002 | 3004 | 6003;
  readonly activity_name: string;
  readonly status: string;
  readonly status_code?: string;
  readonly time: number;
  readonly comment?: string;
  readonly api?: { readonly operation: string };
  readonly entity?: { readonly type: string };
  readonly actor: { readonly user: { readonly uid: string } };
  readonly metadata: { readonly uid: string; readonly event_code: string; readonly sequence: number };
  readonly unmapped: { action?: string; grade?: string; run: Readonly<Record<string, string>> };
}

/** What the Databricks CLI writes for itself: its lock, its state, its folders, telemetry. */
const HOUSEKEEPING = /\/state(?:\/|$)|\/artifacts\/\.internal$|\/workspace\/mkdirs$|^\/telemetry/;
const RESOURCE_WRITES: readonly (readonly [RegExp, string])[] = [
  [/\/jobs\/create$/, "jobs Create"],
  [/\/jobs\/(?:reset|update)$/, "jobs Update"],
  [/\/jobs\/delete$/, "jobs Delete"],
  [/\/jobs\/run-now$/, "runs Create"],
];

/** Each write that reached the sandbox, as the event that must tell it; a write of a kind that is not known fails. */
export function told(requests: readonly LoggedRequest[], destroys: boolean): string[] {
  const events: string[] = [];
  const files = new Set<string>();
  for (const { method, path: route, body, status = 0, userAgent } of requests) {
    // A CI gives ID tokens by POST; they are told when they are exchanged.
    if (method === "GET" || route.endsWith("/oidctoken")) continue;
    const outcome = status < 400 ? "Success" : "Failure";
    if (route.endsWith("/token")) events.push(`token_exchange Logon ${outcome}`);
    else if (!userAgent.includes("cli/")) {
      events.push(`api_call ${method} ${route} ${outcome}`);
      const { changes } = body as { changes?: { add?: string[]; remove?: string[] }[] };
      for (const { add } of route.includes("/permissions/") ? (changes ?? []) : [])
        events.push(`access_change ${add ? "Create" : "Delete"} ${outcome}`);
    } else {
      const target = `${route} ${(body as { path?: string }).path ?? ""}`;
      const resource = RESOURCE_WRITES.find(([pattern]) => pattern.test(route));
      if (resource) events.push(`resource_change ${resource[1]} ${outcome}`);
      else if (/workspace-files\/import-file\/.*\/files\//.test(route)) files.add("files Update");
      else if (destroys && /\/workspace\/delete \/Workspace\/.*\/prod$/.test(target))
        files.add("files Delete");
      else if (
        !HOUSEKEEPING.test(route) &&
        !HOUSEKEEPING.test(target.split(" ")[1] ?? "") &&
        !/\/files\//.test(target)
      )
        assert.fail(`a write of a kind that nobody tells: ${method} ${target}`);
    }
  }
  return [...events, ...[...files].map((one) => `resource_change ${one} Success`)].sort();
}

/** What the events say was written; the others are told apart by their codes. */
export function written(events: readonly AuditEvent[]): string[] {
  const lines = events.flatMap(
    ({ metadata: { event_code: code }, activity_name: activity, status, api, entity }) => {
      if (code === "api_call") return [`${code} ${api?.operation ?? ""} ${status}`];
      if (code === "resource_change") return [`${code} ${entity?.type ?? ""} ${activity} ${status}`];
      if (code === "token_exchange" || code === "access_change") return [`${code} ${activity} ${status}`];
      return [];
    },
  );
  return lines.sort();
}
