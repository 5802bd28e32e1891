import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeHttp } from "../net/node-http.ts";
import type { Clock } from "../base/ports.ts";
import { redact, registerSecret } from "../base/redact.ts";
import { parseWorkspaceUrl } from "../net/workspace.ts";
import type { AccessToken } from "./exchange.ts";

export interface TokenServiceOptions {
  readonly token: () => Promise<AccessToken>;
  /** Origin of the only host for which tokens are given, from parseWorkspaceUrl. */
  readonly approvedHost: string;
  /** Decimal; a host may serve several workspaces (`?o=`) and accounts (`?a=`). undefined: none was approved by its ID. */
  readonly approvedWorkspaceId?: string | undefined;
  readonly approvedAccountId?: string | undefined;
  readonly clock: Clock;
  /** Path without its slash, from {@link newSecret}; default: a new one. */
  readonly secret?: string;
  /** Told of each request that gets no token. */
  readonly onRefusal?: (refusal: Refusal) => void;
  /** For our own processes: what they ask with POST at the path `secret` is answered with JSON. It never gives a token. */
  readonly control?: { readonly secret: string; readonly answer: () => Promise<object> };
  /** Milliseconds for the head of a request; default 5,000. Whoever is slower is cut off. */
  readonly patience?: number;
}

/** A request that got no token, for our own error: the CLI sees one fixed word. */
export interface Refusal {
  readonly reason: "not-local" | "path" | "method" | "headers" | "host" | "no-token";
  /** The host that the token was asked for, "" if the request named none. */
  readonly host: string;
}

export interface TokenService {
  /** For `DATABRICKS_METADATA_SERVICE_URL`. Whoever knows it can get tokens: it is a secret. */
  readonly url: string;
  /** How many tokens were given so far. */
  readonly served: number;
  /** The latest refusals, oldest first. */
  readonly refusals: readonly Refusal[];
  /** Why the session had no token when it was last asked; undefined if it had one. */
  readonly lastError: unknown;
  /** Closes all connections at once. */
  stop(): Promise<void>;
}

/**
 * The whole body of every refusal. The CLI prints it, and retries for ever where it finds "429" or "rate limit" in it,
 * so it never holds what somebody else chose.
 */
const REFUSED = "refused";
/** A connection serves one request: a client never meets one that is just being closed, nor hides a second request in it. */
const HEADERS = { "content-type": "application/json", "cache-control": "no-store", connection: "close" };
const MOST_REFUSALS = 100;
/** `expires_on` is this much before the real expiry, in milliseconds: the CLI uses tokens up to the last moment. */
const EARLY = 120_000;
const PATIENCE = 5_000;
/** Bytes for the head of a request; the clients send some 300. */
const LARGEST_HEAD = 8_192;

/** 256 random bits for a path, hidden wherever texts are redacted. */
export function newSecret(): string {
  const secret = randomBytes(32).toString("base64url");
  registerSecret(secret);
  return secret;
}

/** Takes a refusal down; only the latest are kept. */
export function keepRefusal(refusals: Refusal[], refusal: Refusal): void {
  if (refusals.length === MOST_REFUSALS) refusals.shift();
  refusals.push(refusal);
}

/**
 * Gives the access token to the Databricks CLI and SDKs of this job (auth type `metadata-service`), for the approved
 * host alone: on 127.0.0.1, at a path that cannot be guessed.
 * Source: databricks-sdk-go `config/auth_metadata_service.go`.
 */
export async function startTokenService(options: TokenServiceOptions): Promise<TokenService> {
  const { token, clock, control, patience = PATIENCE } = options;
  const path = `/${options.secret ?? newSecret()}`;
  const refusals: Refusal[] = [];
  let lastError: unknown;
  let served = 0;
  let authority = "";

  function refusalOf(request: IncomingMessage): Refusal["reason"] | undefined {
    const { method, headers } = request;
    if (!isLocal(request, authority)) return "not-local";
    if (!isSame(request.url ?? "", path)) return "path";
    if (method !== "GET") return "method";
    const host = headers["x-databricks-host"];
    // A client sends no body. Where two readers see its end in two places, a second request would hide in it (RFC 9112 11.2).
    if (headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0")
      return "headers";
    if (headers["x-databricks-metadata-version"] !== "1" || typeof host !== "string") return "headers";
    return isApproved(host, options) ? undefined : "host";
  }

  function refuse(response: ServerResponse, reason: Refusal["reason"], host: unknown): void {
    const refusal = { reason, host: typeof host === "string" ? redact(host).slice(0, 200) : "" };
    keepRefusal(refusals, refusal);
    options.onRefusal?.(refusal);
    response.writeHead(403, { ...HEADERS, "content-type": "text/plain" }).end(REFUSED);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (control && isControl(request, authority, control.secret)) {
      const text = JSON.stringify(await control.answer());
      response.writeHead(200, HEADERS).end(text);
      return;
    }
    const host = request.headers["x-databricks-host"];
    const reason = refusalOf(request);
    if (reason !== undefined) {
      refuse(response, reason, host);
      return;
    }
    try {
      const { accessToken, expiresAt } = await token();
      lastError = undefined;
      served += 1;
      const early = Math.min(EARLY, Math.max(0, expiresAt - clock.now()) / 4);
      const expiresOn = Math.floor((expiresAt - early) / 1000);
      response
        .writeHead(200, HEADERS)
        .end(JSON.stringify({ access_token: accessToken, token_type: "Bearer", expires_on: expiresOn }));
    } catch (error) {
      lastError = error;
      refuse(response, "no-token", host);
    }
  }

  const { createServer } = nodeHttp("node:http");
  const limits = {
    headersTimeout: patience,
    requestTimeout: 2 * patience,
    connectionsCheckingInterval: patience / 5,
    maxHeaderSize: LARGEST_HEAD,
    insecureHTTPParser: false,
  };
  const server = createServer(limits, (request, response) => {
    // A client that goes away in the middle ends its own request alone.
    answer(request, response).catch(() => response.destroy());
  });
  // What is not HTTP gets no answer; else Node says what is wrong with it.
  server.on("clientError", (_, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${authority}${path}`,
    refusals,
    get served() {
      return served;
    },
    get lastError() {
      return lastError;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function isApproved(
  host: string,
  { approvedHost, approvedWorkspaceId, approvedAccountId }: TokenServiceOptions,
): boolean {
  try {
    const { origin, workspaceId, accountId } = parseWorkspaceUrl(host);
    return (
      origin === approvedHost &&
      (workspaceId === undefined || workspaceId === approvedWorkspaceId) &&
      (accountId === undefined || accountId.toLowerCase() === approvedAccountId?.toLowerCase())
    );
  } catch {
    return false;
  }
}

/**
 * A page in a browser can reach 127.0.0.1 under a name of its own (DNS rebinding), but then says so in `Host`; of several
 * Node takes the first, others the last.
 */
function isLocal({ headers, rawHeaders }: IncomingMessage, authority: string): boolean {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host").length;
  return (
    hosts === 1 &&
    (headers.host === authority || headers.host === authority.replace("127.0.0.1", "localhost"))
  );
}

function isControl(request: IncomingMessage, authority: string, secret: string): boolean {
  return isLocal(request, authority) && request.method === "POST" && isSame(request.url ?? "", `/${secret}`);
}

/** In a time that does not tell how much of it is right. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
