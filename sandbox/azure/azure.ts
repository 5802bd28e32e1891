import { randomUUID } from "node:crypto";
import { decodeJwt } from "jose";
import { entraConnectionSubject } from "../../core/ci/azure-devops/subject.ts";
import type { Clock } from "../../core/base/ports.ts";
import type { Entra } from "../entra/entra.ts";
import { CLOUDS } from "../entra/clouds.ts";
import type { Call, Route } from "../http/call.ts";
import { textOf, type JsonObject } from "../http/json.ts";
import { ok, type Reply } from "../http/reply.ts";
import { issuerRoutes, signingKey, signJwt, type SigningKey } from "../identity/issuer.ts";
import {
  completeRun,
  connectionClaims,
  ORGANISATION_ID,
  pipelineClaims,
  PROJECT_ID,
  type CompleteRun,
  type PipelineRun,
} from "./claims.ts";
import { serviceConnection, type NewServiceConnection, type ServiceConnection } from "./connections.ts";
import { notReferenced, signIn, unknownConnection, unspecifiedVersion } from "./errors.ts";

export interface AzureOptions {
  readonly clock: Clock;
  /** Base URL of the server. */
  readonly url: string;
  /** Life of an ID token of the Azure DevOps issuer in seconds. */
  readonly idTokenLife: number;
  readonly handedOut: string[];
  readonly entra: Entra;
}

/** Seconds that an ID token of the Entra issuer lives: 24 h and 5 min. */
const ENTRA_LIFE = 86_700;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const API_VERSIONS: readonly string[] = ["7.1", "7.1-preview.1", "7.2-preview.1"];

/** Azure DevOps as an agent's job sees it: the issuer of ID tokens and the endpoint that a task asks for them. */
export class AzureDevOps {
  readonly issuer: string;
  readonly organisationId = ORGANISATION_ID;
  readonly projectId = PROJECT_ID;
  readonly planId = "0a6f3c58-41be-4d27-9c83-e5b7d1f02a94";
  readonly jobId = "12f1170f-54f2-53f3-20dd-22fc7dff55f9";
  readonly connections: ServiceConnection[] = [];
  /** IDs of the connections that the inputs of the job's steps name; all that are added, until a test takes one out. */
  readonly referenced = new Set<string>();
  /** `status404` answers as Azure DevOps did before 2026-03-11 for an unknown connection. */
  unknownConnections: "reference-rule" | "status404" = "reference-rule";
  /** Life of the next ID tokens of the Azure DevOps issuer, in seconds. */
  idTokenLife: number;
  run: CompleteRun = completeRun({});
  readonly #options: AzureOptions;
  readonly #jobToken: string;
  /** Tokens of the Entra issuer, which are handed out again until they expire. */
  readonly #cache = new Map<string, string>();

  private constructor(options: AzureOptions, jobToken: string) {
    this.#options = options;
    this.idTokenLife = options.idTokenLife;
    this.issuer = `${options.url}/vstoken/${ORGANISATION_ID}`;
    this.#jobToken = jobToken;
  }

  static async create(options: AzureOptions): Promise<AzureDevOps> {
    const jobToken = await signJwt(
      { jti: randomUUID(), scp: "LocationService.Connect" },
      await signingKey("runner", "ES256"),
    );
    return new AzureDevOps(options, jobToken);
  }

  /** As in `System.TeamFoundationCollectionUri`: of `dev.azure.com`, or in the older form `<org>.visualstudio.com`. */
  collectionUri(form: "dev.azure.com" | "visualstudio.com" = "dev.azure.com"): string {
    return form === "dev.azure.com"
      ? `${this.#options.url}/${this.run.organisation}/`
      : `${this.#options.url}/`;
  }

  /** As in `System.OidcRequestUri`: no query. */
  get oidcRequestUri(): string {
    return `${this.collectionUri()}${this.projectId}/${TOKEN_PATH}`
      .replace("{plan}", this.planId)
      .replace("{job}", this.jobId)
      .replace("{hub}", "build");
  }

  /** The access token of the SystemVssConnection endpoint; handed out when it is asked for. */
  get jobToken(): string {
    const { handedOut } = this.#options;
    if (!handedOut.includes(this.#jobToken)) handedOut.push(this.#jobToken);
    return this.#jobToken;
  }

  setRun(run: PipelineRun): void {
    this.run = completeRun(run);
  }

  addConnection(connection: NewServiceConnection): ServiceConnection {
    const added = serviceConnection(connection);
    this.connections.push(added);
    this.referenced.add(added.id);
    return added;
  }

  /** The subject of a connection at its issuer. */
  subjectOf(connection: ServiceConnection): string {
    const { id, tenantId, issuer } = connection;
    if (issuer === "azure-devops") return textOf(connectionClaims(this.run, connection.name)["sub"]);
    return entraConnectionSubject({ tenantId, organisationId: ORGANISATION_ID, connectionId: id });
  }

  issuerOf({ issuer, tenantId }: ServiceConnection): string {
    return issuer === "entra" ? this.#options.entra.issuer(tenantId) : this.issuer;
  }

  /** The variables that an agent gives a task for a connection that one of its inputs names (agent, Handler.cs). */
  endpointEnvironment(connection: ServiceConnection): Record<string, string> {
    const { id, scheme, cloud } = connection;
    const parameters: Record<string, string> = {
      serviceprincipalid: connection.clientId,
      tenantid: connection.tenantId,
      ...(scheme === "WorkloadIdentityFederation" && {
        workloadIdentityFederationIssuer: this.issuerOf(connection),
        workloadIdentityFederationSubject: this.subjectOf(connection),
      }),
    };
    const data = {
      environment: CLOUDS[cloud].environment,
      activeDirectoryAuthority: this.#options.entra.authority(cloud),
      subscriptionId: "6b1f0d93-5c2e-4a87-9e40-d3c7f8a1b256",
      subscriptionName: "lake",
      scopeLevel: "Subscription",
    };
    const upper = (values: Record<string, string>, prefix: string): [string, string][] =>
      Object.entries(values).map(([name, value]) => [`${prefix}_${id}_${name.toUpperCase()}`, value]);
    return {
      [`ENDPOINT_URL_${id}`]: "https://management.azure.com/",
      [`ENDPOINT_AUTH_${id}`]: JSON.stringify({ parameters, scheme }),
      [`ENDPOINT_AUTH_SCHEME_${id}`]: scheme,
      ...Object.fromEntries(upper(parameters, "ENDPOINT_AUTH_PARAMETER")),
      ...Object.fromEntries(upper(data, "ENDPOINT_DATA")),
    };
  }

  /** Mints an ID token of the Azure DevOps issuer outside the endpoint; `claims` are added, `undefined` takes one away. */
  async mint(
    claims: JsonObject,
    options: { readonly age?: number; readonly key?: "foreign" | "none" } = {},
  ): Promise<string> {
    const iat = Math.floor(this.#options.clock.now() / 1000) - (options.age ?? 0);
    const times = { nbf: iat - 600, iat, exp: iat + this.idTokenLife };
    const all: JsonObject = { jti: randomUUID(), iss: this.issuer, ...times, ...claims };
    const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const key = options.key === "none" ? "none" : await signingKey(options.key ?? "azure");
    const token = await signJwt(kept, key);
    this.#options.handedOut.push(token);
    return token;
  }

  async routes(): Promise<Route[]> {
    const published: readonly SigningKey[] = [await signingKey("azure")];
    const handle = (call: Call): Promise<Reply> => this.#idToken(call);
    return [
      ...issuerRoutes(this.issuer, `/vstoken/${ORGANISATION_ID}`, () => published),
      // https://dev.azure.com/<organisation>/… and https://<organisation>.visualstudio.com/…
      { method: "POST", pattern: `/{organisation}/{project}/${TOKEN_PATH}`, access: "public", handle },
      { method: "POST", pattern: `/{project}/${TOKEN_PATH}`, access: "public", handle },
    ];
  }

  /** REST operation Oidctoken - Create (Azure DevOps Services REST API 7.1). */
  async #idToken(call: Call): Promise<Reply> {
    const trace = { "x-vss-e2eid": randomUUID(), "x-msedge-ref": "Ref A: SANDBOX" };
    const { project = "", plan, job } = call.params;
    const known = plan === this.planId && job === this.jobId && project === this.projectId;
    if (call.headers["authorization"] !== `Bearer ${this.#jobToken}` || !known) {
      throw signIn(call.headers["x-tfs-fedauthredirect"] === "Suppress", trace);
    }
    const version = call.query.get("api-version") ?? "";
    if (!API_VERSIONS.includes(version)) throw unspecifiedVersion(trace);
    return ok({ oidcToken: await this.#tokenFor(call.query.get("serviceConnectionId") ?? "", trace) }, trace);
  }

  async #tokenFor(id: string, trace: Record<string, string>): Promise<string> {
    // A name instead of a GUID is not an error in Azure DevOps: the answer is the pipeline's own token.
    if (!GUID.test(id)) return this.mint(pipelineClaims(this.run));
    const connection = this.connections.find((one) => one.id === id.toLowerCase());
    if (connection === undefined && this.unknownConnections === "status404")
      throw unknownConnection(id, trace);
    if (connection === undefined || !this.referenced.has(connection.id)) throw notReferenced(id, trace);
    return connection.issuer === "entra"
      ? this.#entraToken(connection)
      : this.mint(connectionClaims(this.run, connection.name));
  }

  async #entraToken(connection: ServiceConnection): Promise<string> {
    const now = Math.floor(this.#options.clock.now() / 1000);
    const cached = this.#cache.get(connection.id);
    if (cached !== undefined && (decodeJwt(cached).exp ?? 0) > now) return cached;
    return this.cacheEntraToken(connection, ENTRA_LIFE);
  }

  /** Puts a new token of the Entra issuer with `remaining` seconds to live into the cache, as an earlier run left it. */
  async cacheEntraToken(connection: ServiceConnection, remaining: number): Promise<string> {
    const now = Math.floor(this.#options.clock.now() / 1000);
    const issuedAt = now - ENTRA_LIFE + remaining;
    const subject = this.subjectOf(connection);
    const token = await this.#options.entra.connectionToken(
      connection.tenantId,
      subject,
      issuedAt,
      ENTRA_LIFE,
    );
    this.#cache.set(connection.id, token);
    return token;
  }
}

const TOKEN_PATH = "_apis/distributedtask/hubs/{hub}/plans/{plan}/jobs/{job}/oidctoken";
