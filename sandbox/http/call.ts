import { isObject, parseJson, type Json, type JsonObject } from "./json.ts";
import { apiError, type Reply } from "./reply.ts";
import type { ServicePrincipal } from "../identity/principals.ts";

/** One request as handlers see it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Values of the placeholders in the route's pattern, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
  /** Who calls; set on every route that is not public. */
  readonly principal: ServicePrincipal | undefined;
}

type Handler = (call: Call) => Reply | Promise<Reply>;

/**
 * Who may use a route: anybody (`public`), any principal with a token (`authenticated`), one that may read or write in
 * the workspace, or an administrator of the account with a token of the account.
 */
export type Access = "public" | "authenticated" | "read" | "write" | "accountAdmin";

export interface Route {
  readonly method: string;
  /** Such as `/api/2.0/things/{id}`; `{path...}` at the end takes the whole rest. */
  readonly pattern: string;
  readonly access: Access;
  readonly handle: Handler;
}

/** The body as a JSON object; an empty body is `{}`. */
export function jsonBody(call: Call): JsonObject {
  const text = call.content.toString("utf8");
  let value: Json;
  try {
    value = text.trim() === "" ? {} : parseJson(text);
  } catch (error) {
    throw apiError(400, "MALFORMED_REQUEST", `Could not parse request object: ${(error as Error).message}`);
  }
  if (!isObject(value))
    throw apiError(400, "MALFORMED_REQUEST", "Could not parse request object: not an object");
  return value;
}

export function formBody(call: Call): URLSearchParams {
  return new URLSearchParams(call.content.toString("utf8"));
}

/** The parts of a body that is `multipart/form-data` (RFC 7578); undefined for any other. */
export async function multipartBody({ content, headers }: Call): Promise<FormData | undefined> {
  const type = headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) return undefined;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- for what one client sends to a sandbox it is enough
  return new Response(content, { headers: { "content-type": type } }).formData();
}

/** The caller of a route that is not public. */
export function callerOf(call: Call): ServicePrincipal {
  if (call.principal === undefined) throw new Error(`${call.path} has no authenticated caller`);
  return call.principal;
}
