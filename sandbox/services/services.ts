import { randomUUID } from "node:crypto";
import { formBody, type Call, type Route } from "../http/call.ts";
import type { JsonObject } from "../http/json.ts";
import { oauthError, ok, type Reply } from "../http/reply.ts";
import type { CloudToken } from "../workspace/service-credentials.ts";

const SAYS = "refused by the sandbox";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
/** Audiences of the services, as their tokens name them. */
export const AUDIENCES = {
  graph: "https://graph.microsoft.com",
  keyVault: "https://vault.azure.net",
  openai: "https://cognitiveservices.azure.com",
  /** Of the purpose's own application, whose token an OAuth service takes as subject token. */
  exchange: "api://sandbox-exchange",
} as const;

export interface ServicesOptions {
  /** What Unity Catalog has vended and is still valid. */
  readonly vended: (token: string) => CloudToken | undefined;
  readonly url: string;
  readonly handedOut: string[];
}

/**
 * What jobs reach with their cloud identity: Microsoft Graph, a Key Vault, an Azure OpenAI endpoint, and an OAuth service
 * that exchanges tokens (RFC 8693). Each takes a token for its own audience alone, vended by the sandbox's Unity Catalog.
 */
export class Services {
  readonly url: string;
  /** People in the directory. */
  readonly users: JsonObject[] = [
    { id: "1", displayName: "A" },
    { id: "2", displayName: "B" },
  ];
  /** Secrets of the vault, by name. */
  readonly secrets = new Map([["orders-db", "sandbox-vault-secret-4711"]]);
  readonly #options: ServicesOptions;
  readonly #exchanged = new Set<string>();

  constructor(options: ServicesOptions) {
    this.#options = options;
    this.url = options.url;
  }

  routes(): Route[] {
    const route = (method: string, pattern: string, handle: (call: Call) => Reply): Route => ({
      ...{ method, pattern, handle },
      access: "public",
    });
    return [
      route(
        "GET",
        "/v1.0/users",
        this.#for(AUDIENCES.graph, () => ok({ value: this.users })),
      ),
      route(
        "GET",
        "/secrets/{name}",
        this.#for(AUDIENCES.keyVault, (call) => this.#secret(call)),
      ),
      route(
        "GET",
        "/secrets/{name}/{version}",
        this.#for(AUDIENCES.keyVault, (call) => this.#secret(call)),
      ),
      route(
        "POST",
        "/openai/deployments/{model}/chat/completions",
        this.#for(AUDIENCES.openai, (call) => ok(completion(call.params["model"] ?? ""))),
      ),
      route("POST", "/services/oauth2/token", (call) => this.#exchange(call)),
      route("GET", "/services/data/accounts", (call) => {
        if (!this.#exchanged.has(bearerOf(call))) return refusal(401, "INVALID_SESSION_ID");
        return ok({ totalSize: 1, records: [{ Id: "001" }] });
      }),
    ];
  }

  #for(audience: string, handle: (call: Call) => Reply): (call: Call) => Reply {
    return (call) => {
      const token = this.#options.vended(bearerOf(call));
      if (token?.audience !== audience) {
        const authority = "https://login.microsoftonline.com/sandbox";
        const challenge = `Bearer authorization="${authority}", resource="${audience}"`;
        return { ...refusal(401, "InvalidAuthenticationToken"), headers: { "www-authenticate": challenge } };
      }
      return handle(call);
    };
  }

  #secret(call: Call): Reply {
    const name = call.params["name"] ?? "";
    const value = this.secrets.get(name);
    if (value === undefined) return refusal(404, "SecretNotFound");
    this.#options.handedOut.push(value);
    return ok({ value, id: `${this.url}/secrets/${name}/0`, attributes: { enabled: true } });
  }

  /** RFC 8693 2.1. */
  #exchange(call: Call): Reply {
    const form = formBody(call);
    if (form.get("grant_type") !== EXCHANGE) throw oauthError(400, "unsupported_grant_type", SAYS);
    if (form.get("client_id") === null || form.get("subject_token_type") === null)
      throw oauthError(400, "invalid_request", SAYS);
    const subject = this.#options.vended(form.get("subject_token") ?? "");
    if (subject?.audience !== AUDIENCES.exchange) throw oauthError(400, "invalid_grant", SAYS);
    const token = `sandbox-exchanged-token-${randomUUID()}`;
    this.#exchanged.add(token);
    this.#options.handedOut.push(token);
    return ok({
      access_token: token,
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      token_type: "Bearer",
      instance_url: this.url,
    });
  }
}

function bearerOf({ headers }: Call): string {
  return (headers["authorization"] ?? "").replace(/^Bearer /, "");
}

function refusal(status: number, code: string): Reply {
  return { status, body: { error: { code, message: SAYS } } };
}

function completion(model: string): JsonObject {
  const message = { role: "assistant", content: "hello" };
  const choices = [{ index: 0, finish_reason: "stop", message }];
  return { id: "1", object: "chat.completion", created: 1, model, choices };
}
