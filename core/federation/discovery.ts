import { SecretlessError } from "../base/errors.ts";
import { HttpError, isPage, isRetryableStatus, statusError } from "../net/http.ts";
import type { Clock, HttpRequest, HttpResponse, Send } from "../base/ports.ts";
import { redact } from "../base/redact.ts";
import { isUuid } from "../base/uuid.ts";
import { retry } from "../net/retry.ts";
import { configUrl, documentRequest, issuerUrl } from "../net/first-look.ts";
import { isLoopback } from "../net/origin.ts";
import { databricksCloud, type Cloud } from "./clouds.ts";
import { endpointUnavailable } from "../net/unavailable.ts";

type HostType = "workspace" | "account" | "unified";

/** What a Databricks host says about itself, with what its absence means filled in as the SDKs do. */
export interface Workspace {
  /** Where ID tokens are exchanged (RFC 8693); trusted, see {@link discoverWorkspace}. */
  readonly tokenEndpoint: string;
  /** What the Databricks CLI and SDKs ask an ID token for, if the user names no audience; see {@link approvedAudience}. */
  readonly defaultAudience: string;
  readonly workspaceId: string | undefined;
  readonly accountId: string | undefined;
  readonly cloud: Cloud | undefined;
  readonly hostType: HostType;
}

export interface DiscoveryOptions {
  /** Origin of the approved host, from parseWorkspaceUrl. */
  readonly host: string;
  /** Where the user gave one. */
  readonly accountId?: string | undefined;
  readonly send: Send;
  readonly clock: Clock;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

type Document = Readonly<Record<string, unknown>>;

/** The {@link Workspace.defaultAudience} of nearly every workspace. */
export function usualAudience(host: string): string {
  return `${host}/oidc/v1/token`;
}

/**
 * Asks the host where ID tokens are exchanged and for which audience. Also the check that the host can be reached at
 * all: the Databricks CLI hangs for minutes where it cannot.
 * Source: databricks-sdk-go `config/host_metadata.go`, `config/config.go`; RFC 8414 for the second document.
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`; `ENDPOINT_NOT_TRUSTED` if the host names a token endpoint elsewhere
 */
export async function discoverWorkspace(options: DiscoveryOptions): Promise<Workspace> {
  const { host } = options;
  // Nearly every workspace has its token endpoint here: asked for beside the first document, not after it.
  const usual = `${host}/oidc`;
  const abandon = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abandon.signal]) : abandon.signal;
  const usualServer = getDocument(issuerUrl(usual), { ...options, signal });
  usualServer.catch(() => undefined);
  try {
    const config = await getDocument(configUrl(host), options);
    const accountId = options.accountId ?? text(config?.["account_id"]);
    const workspaceId = text(config?.["workspace_id"]);
    const hostType = hostTypeOf(host, config);
    const oidc = oidcEndpoint(host, hostType, accountId, text(config?.["oidc_endpoint"]));
    const server = await (oidc === usual ? usualServer : getDocument(issuerUrl(oidc), options));
    const tokenEndpoint = trusted(text(server?.["token_endpoint"]) ?? `${oidc}/v1/token`, host);
    return {
      tokenEndpoint,
      defaultAudience: defaultAudience(config, { hostType, workspaceId, accountId }) ?? tokenEndpoint,
      workspaceId,
      accountId,
      cloud: cloudOf(host, config),
      hostType,
    };
  } finally {
    abandon.abort();
  }
}

/**
 * The audience that the workspace names, if it can mean nobody but Databricks. The host alone decides what its document
 * says: an ID token for an audience of its choice would be one for AWS, Entra ID or a Vault that trusts this CI.
 * @throws SecretlessError `AUDIENCE_NOT_APPROVED`
 */
export function approvedAudience({
  host,
  defaultAudience,
}: Pick<Workspace, "defaultAudience"> & { readonly host: string }): string {
  if (isUuid(defaultAudience) || isOfHost(defaultAudience, host)) return defaultAudience;
  throw new SecretlessError("AUDIENCE_NOT_APPROVED", {
    problem: "The workspace asks for an ID token for somebody else; none was asked for.",
    expected: `an account ID (a UUID), or an https URL of ${host} or of its Databricks cloud`,
    actual: redact(defaultAudience).slice(0, 200),
    remedy:
      "Check that the input `host` is the URL of your workspace. If the federation policy really has this audience, set the input `audience` to it.",
  });
}

function oidcEndpoint(
  host: string,
  type: HostType,
  accountId: string | undefined,
  named: string | undefined,
): string {
  const endpoint = named ?? (type === "workspace" ? `${host}/oidc` : `${host}/oidc/accounts/{account_id}`);
  if (endpoint.includes("{account_id}") && accountId === undefined) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: `${host} does not say to which account it belongs, and is not a workspace.`,
      remedy: "Set the input host to the URL of a workspace, or give the account ID as well.",
    });
  }
  return trusted(endpoint.replaceAll("{account_id}", accountId ?? "").replace(/\/+$/, ""), host);
}

/** The first that applies: named by the host; the account ID for hosts that are no workspace; else undefined. */
function defaultAudience(
  config: Document | undefined,
  { hostType, workspaceId, accountId }: Pick<Workspace, "hostType" | "workspaceId" | "accountId">,
): string | undefined {
  const named = config?.["token_federation_default_oidc_audiences"];
  const first = Array.isArray(named) ? text(named[0]) : undefined;
  const isWorkspace = hostType === "workspace" && (config === undefined || workspaceId !== undefined);
  return first ?? (isWorkspace ? undefined : accountId);
}

/** Whether a URL is on the approved host, or both are in the zone of the same Databricks cloud (regional endpoints), or both on this machine. */
function isOfHost(text: string, host: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "") return false;
  const approved = new URL(host);
  if (url.origin === approved.origin) return true;
  const zone = databricksCloud(host)?.zone;
  if (zone !== undefined) return databricksCloud(url.href)?.zone === zone;
  return /^https?:$/.test(url.protocol) && isLoopback(url.hostname) && isLoopback(approved.hostname);
}

/** An endpoint that may see ID tokens. */
function trusted(endpoint: string, host: string): string {
  if (isOfHost(endpoint, host)) return endpoint;
  throw new SecretlessError("ENDPOINT_NOT_TRUSTED", {
    problem:
      "The workspace names a token endpoint outside the approved host; the ID token is not sent there.",
    expected: `an endpoint on ${host}`,
    actual: redact(endpoint).slice(0, 200),
    remedy:
      "Check that the input host is the URL of the workspace itself, and not of something in front of it.",
  });
}

function hostTypeOf(host: string, config: Document | undefined): HostType {
  const named = text(config?.["host_type"])?.toLowerCase();
  if (named === "workspace" || named === "account" || named === "unified") return named;
  return /^https:\/\/accounts(-dod)?\./.test(host) ? "account" : "workspace";
}

function cloudOf(host: string, config: Document | undefined): Cloud | undefined {
  const named = text(config?.["cloud"])?.toUpperCase();
  return (
    (["AWS", "Azure", "GCP"] as const).find((cloud) => cloud.toUpperCase() === named) ??
    databricksCloud(host)?.cloud
  );
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The JSON object at `url`, undefined if the host has none. */
async function getDocument(url: string, options: DiscoveryOptions): Promise<Document | undefined> {
  const request = documentRequest(url);
  try {
    return await retry(async (signal) => {
      const response = await options.send({ ...request, signal });
      if (isRetryableStatus(response.status)) throw statusError(request, response);
      return documentOf(request, response);
    }, options);
  } catch (error) {
    throw error instanceof HttpError
      ? endpointUnavailable(`Asking ${options.host} where to exchange ID tokens`, error)
      : error;
  }
}

function documentOf(request: HttpRequest, response: HttpResponse): Document | undefined {
  const { status, body } = response;
  if (status === 200) {
    const value = parsed(body);
    if (typeof value === "object" && value !== null) return value as Document;
    throw notDatabricks(
      `${request.url} was answered with ${isPage(body) ? "HTML" : "something that is not JSON"}`,
      body,
    );
  }
  if (status === 403) {
    throw new SecretlessError("ENDPOINT_UNAVAILABLE", {
      problem: `${request.url} refuses this runner.`,
      actual: `status 403: ${redact(body).slice(0, 500)}`,
      remedy:
        "Add the runner's address to the IP access list of the workspace, or use a runner inside its network.",
    });
  }
  if (status >= 500) throw statusError(request, response);
  // Older hosts have no such document, or redirect to their sign-in page: the built-in rules apply.
  return undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function notDatabricks(problem: string, body: string): SecretlessError {
  return new SecretlessError("ENDPOINT_UNAVAILABLE", {
    problem: `${problem}.`,
    expected: "JSON",
    actual: redact(body).slice(0, 200),
    remedy:
      "Something else answers in place of the workspace (a proxy, a sign-in page): check the input host and HTTPS_PROXY.",
  });
}
