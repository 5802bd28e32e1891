import type { JsonObject } from "../http/json.ts";
import { invalidParameter } from "../http/reply.ts";
import type { ServicePrincipal } from "./principals.ts";

const PAGE = 100;

export function servicePrincipalResource(principal: ServicePrincipal): JsonObject {
  const { id, applicationId, displayName } = principal;
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal"],
    id,
    applicationId,
    displayName,
    active: true,
  };
}

/** A page of a SCIM list (RFC 7644 3.4.2); the filter knows `applicationId eq "…"` and `displayName eq "…"`. */
export function servicePrincipalList(
  all: readonly ServicePrincipal[],
  query: URLSearchParams,
  render = servicePrincipalResource,
): JsonObject {
  const found = all.filter(filterOf(query.get("filter") ?? ""));
  const start = positive(query.get("startIndex"), 1);
  const count = Math.min(positive(query.get("count"), PAGE), PAGE);
  const page = found.slice(start - 1, start - 1 + count);
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    totalResults: found.length,
    startIndex: start,
    itemsPerPage: page.length,
    Resources: page.map((one) => render(one)),
  };
}

function filterOf(filter: string): (principal: ServicePrincipal) => boolean {
  if (filter === "") return () => true;
  const parts = /^(applicationId|displayName) eq (?:"([^"]*)"|'([^']*)'|(\S+))$/.exec(filter.trim());
  if (parts === null) throw invalidParameter(`Given filter operator is not supported: ${filter}`);
  const name = parts[1] as "applicationId" | "displayName";
  const wanted = parts[2] ?? parts[3] ?? parts[4] ?? "";
  return (principal) => principal[name].toLowerCase() === wanted.toLowerCase();
}

function positive(text: string | null, fallback: number): number {
  const value = Number(text ?? fallback);
  return Number.isSafeInteger(value) && value > 0 ? value : fallback;
}
