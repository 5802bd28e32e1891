import { SecretlessError } from "../base/errors.ts";
import type { HttpError, HttpFailure } from "./http.ts";

const REMEDIES: Readonly<Record<HttpFailure, string>> = {
  dns: "Check the spelling of the host; for private link, the runner's DNS must know it.",
  refused:
    "Check that the runner may reach this host: firewall, private link, and HTTPS_PROXY if there is a proxy.",
  reset:
    "Run the job again; if it comes back, a firewall or a proxy between runner and host closes connections.",
  timeout:
    "Check that the runner may reach this host: firewall, private link, and HTTPS_PROXY if there is a proxy.",
  certificate:
    "If your network has its own certificate authority, set NODE_EXTRA_CA_CERTS and SSL_CERT_FILE to its PEM file. " +
    "Certificate checks cannot be switched off.",
  proxy: "Ask for this host to be allowed by the proxy, and check the user name and password in HTTPS_PROXY.",
  "too-large":
    "Something else answers in place of this host; check the URL, and HTTPS_PROXY if there is a proxy.",
  "foreign-answer":
    "Something else answers in place of this host (a proxy, a sign-in page): check the URL, and HTTPS_PROXY if there is a proxy.",
  protocol: "What answers there does not speak HTTPS; check the URL and its port, and HTTPS_PROXY.",
};

/** How Databricks says that an address may not come in, in the page or the JSON that it answers with. */
const BLOCKED = /\bIP ACL\b|\bIP access list|source IP address: \S+ is blocked/i;

/** The error for an answer that refuses the runner's address, whatever was asked and with whatever status; else undefined. */
export function addressBlocked(
  what: string,
  status: number | undefined,
  body: string,
): SecretlessError | undefined {
  if (!BLOCKED.test(body)) return undefined;
  return new SecretlessError("ENDPOINT_UNAVAILABLE", {
    problem: `${what} failed: this runner's address is not let in.`,
    actual: `status ${String(status ?? "unknown")}: ${body.slice(0, 500)}`,
    remedy:
      "Add the runner's address to the IP access list of the workspace, or of the account, or use a runner inside its network.",
  });
}

/**
 * The user's error for a host that gave no usable answer in time, with the remedy for that kind of failure.
 * `what` begins the sentence: "The exchange of the ID token".
 */
export function endpointUnavailable(what: string, error: HttpError): SecretlessError {
  const blocked = addressBlocked(what, error.status, error.body);
  if (blocked) return blocked;
  const answer = error.body === "" ? undefined : error.body.slice(0, 500);
  return new SecretlessError("ENDPOINT_UNAVAILABLE", {
    problem: `${what} failed: ${error.message}.`,
    ...(answer !== undefined && { actual: answer }),
    remedy:
      error.failure === undefined
        ? "The service has trouble or limits requests: look at its status page, and run the job again later."
        : REMEDIES[error.failure],
    cause: error,
  });
}
