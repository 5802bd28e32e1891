import { setMaxListeners } from "node:events";
import type { Clock } from "../core/base/ports.ts";
import { systemClock } from "../core/base/clock-and-platform.ts";
import { Account, accountConfigRoute } from "./account/account.ts";
import type { AzureDevOps } from "./azure/azure.ts";
import { startAzure } from "./azure/start.ts";
import { ACCOUNT_ADMIN, ACCOUNT_ID, DEPLOYER, JOB_RUNNER, PLANNER, WORKSPACE_ID } from "./defaults.ts";
import type { Directory } from "./entra/directory.ts";
import type { Entra } from "./entra/entra.ts";
import { githubClaims } from "./github/claims.ts";
import { GitHub } from "./github/github.ts";
import { Faults, type Fault, type FaultRule } from "./http/faults.ts";
import { textOf } from "./http/json.ts";
import type { LogEntry, LoggedRequest } from "./http/log.ts";
import { SystemServer, type Wiring } from "./http/server.ts";
import { AccessTokens } from "./identity/access-tokens.ts";
import { assignedOnly } from "./identity/assigned-only.ts";
import { authenticator } from "./identity/authorise.ts";
import { Counter } from "./identity/counter.ts";
import { FederationPolicies } from "./identity/federation-policies.ts";
import { Principals } from "./identity/principals.ts";
import { tokenEndpointRoutes } from "./identity/token-endpoint.ts";
import { Services } from "./services/services.ts";
import { workspaceIds } from "./workspace/context.ts";
import { Workspace, workspaceConfigRoute } from "./workspace/workspace.ts";

export interface SandboxOptions {
  /** Decides every time in the sandbox; default: the real one. */
  readonly clock?: Clock;
  /** Milliseconds before each answer of all systems; default 0. */
  readonly latency?: number;
  /** Life of an ID token in seconds; default 300. */
  readonly idTokenLife?: number;
  /** Life of an access token in seconds; default 3600. */
  readonly accessTokenLife?: number;
  /** Path of the GitHub issuer: "" (default) or, as on GitHub Enterprise Server, `/_services/token`. */
  readonly issuerPath?: string;
  /** Ids of jobs, runs and files past 2^53. */
  readonly bigIds?: boolean;
  /** Milliseconds until a written federation policy counts; default 0. */
  readonly policyPropagation?: number;
  /** Origin by which clients know the workspace, where something leads them from there to it; default: its own. */
  readonly workspaceHost?: string;
}

export interface Sandbox {
  readonly github: GitHub;
  readonly azure: AzureDevOps;
  readonly entra: Entra;
  /** Microsoft Graph and Azure Resource Manager. */
  readonly directory: Directory;
  readonly workspace: Workspace;
  /** Where the workspace listens. */
  readonly workspaceUrl: string;
  readonly account: Account;
  /** What jobs reach with their cloud identity. */
  readonly services: Services;
  readonly tokens: AccessTokens;
  /** Every request in the order of arrival. */
  readonly requests: readonly LoggedRequest[];
  /** Every secret value ever handed out: request tokens, ID tokens, access tokens. */
  readonly handedOut: readonly string[];
  fault(rule: FaultRule): Fault;
  /** Starts another workspace of the account, with a port of its own; nobody is assigned to it. */
  addWorkspace(name: string): Promise<Workspace>;
  /** @throws AggregateError if the sandbox itself had a defect */
  stop(): Promise<void>;
}

/** The principals that are there from the start, and the events that their federation policies fit. */
const PRINCIPALS = [
  { principal: DEPLOYER, event: {} },
  { principal: PLANNER, event: { event: "pull_request" } },
  { principal: ACCOUNT_ADMIN, event: { environment: "platform" } },
  { principal: JOB_RUNNER, event: undefined },
] as const;

/** Starts GitHub, Azure DevOps, Entra ID, a workspace, an account and what jobs reach on 127.0.0.1, each on a port of its own. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock = systemClock, latency = 0, idTokenLife = 300, accessTokenLife = 3600 } = options;
  const { issuerPath = "", bigIds = false, policyPropagation = 0 } = options;
  const faults = new Faults();
  const requests: LogEntry[] = [];
  const handedOut: string[] = [];
  const stopping = new AbortController();
  // Every delayed answer waits for it.
  setMaxListeners(0, stopping.signal);
  const wiring: Wiring = { clock, latency, faults, log: requests, defects: [], stopping: stopping.signal };
  const own = await Promise.all([
    SystemServer.start("github", wiring),
    SystemServer.start("azure", wiring),
    SystemServer.start("entra", wiring),
    SystemServer.start("workspace", wiring),
    SystemServer.start("account", wiring),
    SystemServer.start("services", wiring),
    SystemServer.start("directory", wiring),
  ]);
  const [
    githubServer,
    azureServer,
    entraServer,
    workspaceServer,
    accountServer,
    servicesServer,
    directoryServer,
  ] = own;

  const github = await GitHub.create({ clock, url: githubServer.url, issuerPath, idTokenLife, handedOut });
  githubServer.serve(github.routes(), () => undefined);

  const principals = new Principals(new Counter(7_012_345_678_901_234n, 1_111n));
  const policies = new FederationPolicies(clock, policyPropagation);
  const tokens = new AccessTokens(principals, clock, handedOut, accessTokenLife);
  const host = options.workspaceHost ?? workspaceServer.url;
  const ids = workspaceIds(bigIds);
  const context = { clock, host, workspaceId: WORKSPACE_ID, principals, tokens, ids };
  const workspace = new Workspace(context);
  const account = new Account({
    host: accountServer.url,
    accountId: ACCOUNT_ID,
    principals,
    policies,
    onPrincipal: (principal) => workspace.files.mkdirs(`/Workspace/Users/${principal.applicationId}`),
  });
  account.workspaces.add({
    workspaceId: WORKSPACE_ID,
    name: "lake",
    deploymentName: new URL(host).host,
  });
  const services = new Services({
    vended: (token) => workspace.serviceCredentials.vended(token),
    url: servicesServer.url,
    handedOut,
  });
  servicesServer.serve(services.routes(), () => undefined);
  const audiences = [`${host}/oidc/v1/token`, ACCOUNT_ID];
  for (const { principal, event } of PRINCIPALS) {
    account.addServicePrincipal(principal);
    if (event === undefined) continue;
    const oidc = { issuer: github.issuer, audiences, subject: textOf(githubClaims(event)["sub"]) };
    account.addFederationPolicy(principal.applicationId, { oidc });
  }

  const azureServers = { azure: azureServer, entra: entraServer, directory: directoryServer };
  const { azure, entra, directory } = await startAzure(
    { clock, idTokenLife, handedOut, tokens, account },
    azureServers,
  );

  const exchange = { clock, accountId: ACCOUNT_ID, principals, policies, tokens };
  const accountPath = `/oidc/accounts/${ACCOUNT_ID}`;
  workspaceServer.serve(
    [
      workspaceConfigRoute(context, ACCOUNT_ID),
      ...tokenEndpointRoutes({ ...exchange, realm: "workspace", host, path: "/oidc" }),
      ...workspace.routes(),
      // A loopback workspace is its own account host.
      ...tokenEndpointRoutes({ ...exchange, realm: "account", host, path: accountPath }),
      ...account.routes(),
    ],
    authenticator(tokens),
  );
  accountServer.serve(
    [
      accountConfigRoute(account.host, ACCOUNT_ID),
      ...tokenEndpointRoutes({ ...exchange, realm: "account", host: account.host, path: accountPath }),
      ...account.routes(),
    ],
    authenticator(tokens),
  );

  const more: SystemServer[] = [];
  const addWorkspace = async (name: string): Promise<Workspace> => {
    const server = await SystemServer.start("workspace", wiring);
    more.push(server);
    const workspaceId = String(BigInt(WORKSPACE_ID) + BigInt(more.length));
    const added = new Workspace({ ...context, host: server.url, workspaceId, ids: workspaceIds(false) });
    account.workspaces.add({ workspaceId, name, deploymentName: new URL(server.url).host });
    server.serve(added.routes(), assignedOnly(workspaceId, account.workspaces, authenticator(tokens)));
    return added;
  };

  return {
    github,
    azure,
    entra,
    directory,
    workspace,
    workspaceUrl: workspaceServer.url,
    account,
    services,
    tokens,
    requests,
    handedOut,
    fault: (rule) => faults.add(rule),
    addWorkspace,
    stop: async () => {
      stopping.abort();
      await Promise.all([...own, ...more].map((server) => server.stop()));
      if (wiring.defects.length > 0) throw new AggregateError(wiring.defects, "the sandbox itself failed");
    },
  };
}
