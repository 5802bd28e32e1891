import http from "node:http";
import https from "node:https";

export interface Exchange {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
  /** Milliseconds until it is given up. */
  readonly timeout?: number;
}

export interface Answered {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request with its whole answer. Not `fetch`: loading that takes longer than all else that the stand-in does. */
export function send(url: string, { method = "GET", headers, body, timeout }: Exchange): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const signal = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
    const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
    const options = { method, headers: { ...headers, ...length }, ...(signal && { signal }) };
    const request = (url.startsWith("https:") ? https : http).request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        const ok = status >= 200 && status < 300;
        resolve({ status, ok, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}
