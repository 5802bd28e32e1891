import type { HttpRequest, HttpResponse, Send } from "../../../core/base/ports.ts";

/** A token in the shape of a JWT; nobody verifies signatures in unit tests. Times are seconds since the epoch. */
export function unsignedJwt(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`;
}

/** Sends nothing: answers each request by `answer`, and keeps the requests. */
export function fakeSend(
  answer: (request: HttpRequest) => Partial<HttpResponse> | Promise<Partial<HttpResponse>>,
): {
  send: Send;
  requests: HttpRequest[];
} {
  const requests: HttpRequest[] = [];
  return {
    requests,
    send: async (request) => {
      requests.push(request);
      return { status: 200, headers: {}, body: "", ...(await answer(request)) };
    },
  };
}

export function json(value: unknown, status = 200): HttpResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}
