import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { SecretlessError } from "../base/errors.ts";
import { HttpError, isRetryableStatus, nameOf, transportError } from "./http.ts";
import { nodeHttp } from "./node-http.ts";
import type { Environment, HttpRequest, HttpResponse, Send } from "../base/ports.ts";
import { proxyAgent, proxyFor } from "./proxy.ts";
import { isLoopback } from "./origin.ts";

const TIMEOUT = 30_000;
const BODY_LIMIT = 16 * 1024 * 1024;

/**
 * The real {@link Send}, over node:http and node:https (undici, and so `fetch`, cost 40 ms at start).
 * `bodyLimit` is in bytes. Certificates are checked whatever `NODE_TLS_REJECT_UNAUTHORIZED` says.
 */
export function createSend(environment: Environment, bodyLimit = BODY_LIMIT): Send {
  let ca: string[] | undefined;
  return async (request) => {
    request.signal?.throwIfAborted();
    const url = new URL(request.url);
    const secure = url.protocol === "https:";
    if (!secure && !isLoopback(url.hostname)) throw notEncrypted(request);
    const proxy = secure ? proxyFor(url, environment) : undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      stop.abort(timedOut(request));
    }, request.timeout ?? TIMEOUT);
    const onAbort = () => {
      stop.abort(request.signal?.reason);
    };
    request.signal?.addEventListener("abort", onAbort);
    try {
      // Loaded here, as plain HTTP (the sandbox) needs no TLS.
      const { request: start } = nodeHttp(secure ? "node:https" : "node:http");
      if (secure) ca ??= await certificates(environment);
      const tls = { rejectUnauthorized: true, ...(ca && ca.length > 0 && { ca }) };
      const options = {
        method: request.method,
        headers: headersOf(request),
        signal: stop.signal,
        ...tls,
        ...(proxy && { agent: await proxyAgent(proxy, { ...tls, signal: stop.signal }) }),
      };
      return await perform(request, (onAnswer) => start(url, options, onAnswer), bodyLimit);
    } catch (error) {
      if (stop.signal.aborted) throw stop.signal.reason;
      throw error instanceof HttpError ? error : transportError(request, error, proxy?.url.origin);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", onAbort);
    }
  };
}

type Start = (onAnswer: (answer: IncomingMessage) => void) => ClientRequest;

function perform(request: HttpRequest, start: Start, bodyLimit: number): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const sent = start((answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= bodyLimit) {
          chunks.push(chunk);
          return;
        }
        reject(
          new HttpError(`${nameOf(request)} was answered with more than ${String(bodyLimit)} bytes`, {
            failure: "too-large",
            retryable: false,
          }),
        );
        sent.destroy();
      });
      answer.on("error", reject);
      answer.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        resolve({ status: answer.statusCode ?? 0, headers: joined(answer.headers), body });
      });
    });
    sent.on("error", reject);
    // https-proxy-agent replays a refused CONNECT as if the server had answered; it is the proxy's answer.
    sent.on("proxyConnect", ({ statusCode }: { statusCode: number }) => {
      if (statusCode === 200) return;
      reject(
        new HttpError(`The proxy refused ${nameOf(request)} with status ${String(statusCode)}`, {
          failure: "proxy",
          retryable: isRetryableStatus(statusCode),
        }),
      );
      sent.destroy();
    });
    sent.end(request.body);
  });
}

function headersOf({ headers, body }: HttpRequest): RequestOptions["headers"] {
  return {
    "user-agent": "databricks-secretless",
    // Node leaves it out for DELETE.
    ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
    ...headers,
  };
}

function joined(headers: IncomingMessage["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}

function timedOut(request: HttpRequest): HttpError {
  const seconds = String((request.timeout ?? TIMEOUT) / 1000);
  return new HttpError(`${nameOf(request)} was not answered within ${seconds} s`, {
    failure: "timeout",
    retryable: true,
  });
}

function notEncrypted(request: HttpRequest): SecretlessError {
  return new SecretlessError("ENDPOINT_NOT_TRUSTED", {
    problem: `${nameOf(request)} would send credentials unencrypted.`,
    expected: "an https URL (plain http is accepted for loopback addresses only)",
    actual: new URL(request.url).origin,
    remedy: "Configure the https address of this service.",
  });
}

/**
 * The certificates to trust where `SSL_CERT_FILE` names some, as the Databricks CLI does; Node's own are kept.
 * Node honours `NODE_EXTRA_CA_CERTS` only where no list is given, so it is read here, too.
 */
export async function certificates(environment: Environment): Promise<string[]> {
  const file = environment["SSL_CERT_FILE"];
  if (!file) return [];
  const [{ readFile }, { rootCertificates }] = await Promise.all([
    import("node:fs/promises"),
    import("node:tls"),
  ]);
  const files = [file, environment["NODE_EXTRA_CA_CERTS"] ?? ""].filter((name) => name !== "");
  // An unreadable file is as if it were not set (Go does the same): the certificate check then fails, if it was needed.
  const texts = await Promise.all(files.map((name) => readFile(name, "utf8").catch(() => "")));
  return [...rootCertificates, ...texts.filter((text) => text !== "")];
}
