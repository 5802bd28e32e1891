import type { ClientRequest, IncomingMessage } from "node:http";
import { SecretlessError } from "../../base/errors.ts";
import { HttpError, isRetryableStatus, nameOf, statusError, transportError } from "../../net/http.ts";
import { nodeHttp } from "../../net/node-http.ts";
import type { Environment } from "../../base/ports.ts";
import { proxyAgent, proxyFor } from "../../net/proxy.ts";
import { certificates } from "../../net/send.ts";

/** Gets one chunk after the other; the next is read when it is done. */
export type Sink = (chunk: Buffer) => Promise<void>;

export interface DownloadOptions {
  readonly environment: Environment;
  /** Where redirects may lead: to any https URL, or only within the origin that was asked first. */
  readonly redirects: "https" | "same origin";
  /** Bytes. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte until the try is given up. */
  readonly idle?: number;
}

const IDLE = 30_000;
const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Streams the content of `url` to `sink`, in one try, by GET without any credential or cookie. The connection follows
 * proxy and CA variables as all requests of this product do. A transfer that ends early is an error.
 * @throws HttpError where no usable answer came; SecretlessError `CLI_DOWNLOAD_FAILED` for a forbidden redirect
 */
export async function download(url: string, sink: Sink, options: DownloadOptions): Promise<void> {
  const first = new URL(url);
  let at = first;
  for (let hops = 0; ; hops++) {
    const location = await get(at, sink, options);
    if (location === undefined) return;
    if (hops === MOST_REDIRECTS) throw redirectRefused(at, `more than ${String(MOST_REDIRECTS)} redirects`);
    at = redirected(at, location, options.redirects === "https" ? undefined : first.origin);
  }
}

function redirected(from: URL, location: string, onlyOrigin: string | undefined): URL {
  if (!URL.canParse(location, from.href)) throw redirectRefused(from, "its Location is not a URL");
  const to = new URL(location, from);
  if (to.username !== "" || to.password !== "") throw redirectRefused(from, "it holds a user or a password");
  if (onlyOrigin === undefined ? to.protocol !== "https:" : to.origin !== onlyOrigin) {
    throw redirectRefused(from, `it leads to ${to.protocol}//${to.host}`);
  }
  return to;
}

function redirectRefused(from: URL, reason: string): SecretlessError {
  return new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `A redirect of ${from.origin} was not followed: ${reason}.`,
    expected:
      "the file itself; a mirror may redirect within its own host, the release site to other https hosts",
    actual: `${nameOf({ method: "GET", url: from.href })} redirects`,
    remedy:
      "If a sign-in page or a gateway is in between, let the file through, or use `cli-mirror` for a mirror inside your network.",
  });
}

/** The target of a redirect, or undefined when the content has been received. */
async function get(url: URL, sink: Sink, options: DownloadOptions): Promise<string | undefined> {
  const { environment, signal, idle = IDLE } = options;
  const request = { method: "GET", url: url.href } as const;
  signal.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => {
    stop.abort(signal.reason);
  };
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(() => {
    stop.abort(
      new HttpError(`${nameOf(request)} sent nothing for ${String(idle / 1000)} s`, {
        failure: "timeout",
        retryable: true,
      }),
    );
  }, idle);
  const secure = url.protocol === "https:";
  const proxy = secure ? proxyFor(url, environment) : undefined;
  let fromSink: { readonly error: unknown } | undefined;
  try {
    const { request: start } = nodeHttp(secure ? "node:https" : "node:http");
    const ca = secure ? await certificates(environment) : [];
    const tls = { rejectUnauthorized: true, ...(ca.length > 0 ? { ca } : {}) };
    const sent = start(url, {
      headers: { "user-agent": "databricks-secretless", accept: "*/*", "accept-encoding": "identity" },
      signal: stop.signal,
      ...tls,
      ...(proxy && { agent: await proxyAgent(proxy, { ...tls, signal: stop.signal }) }),
    });
    const answer = await answerTo(sent, request.url);
    const status = answer.statusCode ?? 0;
    if (REDIRECTS.has(status) && answer.headers.location !== undefined) return answer.headers.location;
    if (status !== 200) throw statusError(request, { status, headers: retryHeaders(answer), body: "" });
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      timer.refresh();
      size += chunk.length;
      if (size > options.limit) throw tooLarge(request.url, options.limit);
      await sink(chunk).catch((error: unknown) => {
        fromSink = { error };
        throw error;
      });
    }
    return undefined;
  } catch (error) {
    if (fromSink) throw fromSink.error;
    if (stop.signal.aborted) throw stop.signal.reason;
    if (error instanceof HttpError || error instanceof SecretlessError) throw error;
    throw transportError(request, error, proxy?.url.origin);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    // Closes what is still open: the rest of an answer that nobody reads, a connection to a silent proxy.
    stop.abort();
  }
}

function answerTo(sent: ClientRequest, url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on("response", resolve);
    sent.on("error", reject);
    // https-proxy-agent replays a refused CONNECT as if the server had answered; it is the proxy's answer.
    sent.on("proxyConnect", ({ statusCode }: { statusCode: number }) => {
      if (statusCode === 200) return;
      reject(
        new HttpError(
          `The proxy refused ${nameOf({ method: "GET", url })} with status ${String(statusCode)}`,
          {
            failure: "proxy",
            retryable: isRetryableStatus(statusCode),
          },
        ),
      );
      sent.destroy();
    });
    sent.end();
  });
}

function retryHeaders({ headers }: IncomingMessage): Record<string, string> {
  const { date, "retry-after": retryAfter } = headers;
  return {
    ...(date !== undefined && { date }),
    ...(retryAfter !== undefined && { "retry-after": retryAfter }),
  };
}

function tooLarge(url: string, limit: number): HttpError {
  return new HttpError(
    `${nameOf({ method: "GET", url })} was answered with more than ${String(limit)} bytes`,
    {
      failure: "too-large",
      retryable: false,
    },
  );
}
