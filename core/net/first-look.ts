import type { HttpRequest, HttpResponse, Send } from "../base/ports.ts";
import { workspaceOrigin } from "./origin.ts";

/** What a host says about itself (databricks-sdk-go `config/host_metadata.go`). */
export function configUrl(origin: string): string {
  return `${origin}/.well-known/databricks-config`;
}

/** What the issuer at `oidc` says about itself (RFC 8414 section 3). */
export function issuerUrl(oidc: string): string {
  return `${oidc}/.well-known/oauth-authorization-server`;
}

/** A request for one of these documents, which are public: it carries nothing of this run. */
export function documentRequest(url: string): HttpRequest {
  return { method: "GET", url, headers: { accept: "application/json" } };
}

/** What has been asked already, by URL. */
export type EarlyAnswers = Map<string, Promise<HttpResponse>>;

/**
 * Asks for the workspace's public documents at once, while the product is still being loaded: the first two requests of
 * each step. `host` is the input as it was written: what is no workspace's URL is asked nothing, and is explained by
 * whoever reads the inputs. What nobody has waited for is given up with `signal`.
 */
export function askEarly(send: Send, host: string, signal: AbortSignal): EarlyAnswers {
  const origin = workspaceOrigin(host.trim());
  if (origin === undefined) return new Map();
  return new Map(
    [issuerUrl(`${origin}/oidc`), configUrl(origin)].map((url) => {
      const answer = send({ ...documentRequest(url), signal });
      answer.catch(() => undefined);
      return [url, answer];
    }),
  );
}

/** `send`, with each early answer in the place of the first request that asks for the same; a further one is sent. */
export function answering(send: Send, early: EarlyAnswers): Send {
  return (request) => {
    const answer = request.method === "GET" ? early.get(request.url) : undefined;
    early.delete(request.url);
    return answer ?? send(request);
  };
}
