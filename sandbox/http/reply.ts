import type { Json } from "./json.ts";

/** An answer: a Buffer is sent as it is, anything else as JSON. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer | Json;
}

export function ok(body: Buffer | Json = {}, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers, body };
}

/** Thrown by a handler to answer with an error. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reply: Reply;

  constructor(reply: Reply, message: string) {
    super(message);
    this.reply = reply;
  }
}

/** The error envelope of the Databricks REST API: `{"error_code","message"}`. */
export function apiError(status: number, errorCode: string, message: string): Refusal {
  return new Refusal({ status, body: { error_code: errorCode, message } }, message);
}

export function invalidParameter(message: string): Refusal {
  return apiError(400, "INVALID_PARAMETER_VALUE", message);
}

export function doesNotExist(message: string): Refusal {
  return apiError(404, "RESOURCE_DOES_NOT_EXIST", message);
}

export function permissionDenied(message: string): Refusal {
  return apiError(403, "PERMISSION_DENIED", message);
}

/** The error envelope of a token endpoint (RFC 6749 5.2). */
export function oauthError(status: number, error: string, description: string): Refusal {
  return new Refusal(
    { status, headers: { "cache-control": "no-store" }, body: { error, error_description: description } },
    description,
  );
}
