import { currentUser, type WorkspaceApi } from "./databricks/workspace-api.ts";
import { SecretlessError, type ErrorCode } from "./errors.ts";
import { databricksExchange } from "./federation/databricks.ts";
import { entraCloud, entraExchange } from "./federation/entra.ts";
import type { Workspace } from "./federation/discovery.ts";
import type { Exchange } from "./federation/exchange.ts";
import { createSession, type Session } from "./federation/session.ts";
import { checkedOutCommit } from "./identity/checkout.ts";
import { readClaims } from "./identity/claims.ts";
import type { Facts } from "./report/facts.ts";
import type { Step } from "./run.ts";

/** Milliseconds for one exchange with all its tries. */
const RENEWAL = 120_000;

/** Exchanges the pipeline's identity and proves that it is the principal, workspace and account asked for. */
export async function connect(step: Step, facts: Facts): Promise<Session> {
  const { host, ports, inputs } = step;
  const workspace = await step.workspace;
  const connecting = new AbortController();
  const abandon = (): void => {
    connecting.abort(step.signal.reason);
  };
  step.signal.addEventListener("abort", abandon);
  const session = createSession({
    exchange: guarded(step, exchangeFor(step, workspace)),
    idToken: (audience) => host.idToken(audience),
    clock: ports.clock,
    renewalTimeout: Math.min(RENEWAL, inputs.timeout),
    signal: connecting.signal,
    onExchange: ({ audience, claims, attempt, outcome }) => {
      if (claims) {
        facts.idToken = {
          issuer: claims.issuer,
          subject: claims.subject,
          audience: claims.audience.join(", "),
        };
        facts.commit = { checkedOut: facts.commit?.checkedOut, ofToken: claims.sha };
      }
      const result =
        "error" in outcome
          ? `failed: ${String(outcome.error)}`
          : `valid until ${new Date(outcome.expiresAt).toISOString()}`;
      host.debug(`exchange ${String(attempt)} for ${audience}: ${result}`);
    },
  });
  facts.exchangedAt = inputs.exchange === "entra" ? "Microsoft Entra ID" : "Databricks";
  facts.commit = { ofToken: undefined, checkedOut: await checkedOutCommit(host.context.checkout) };
  try {
    await session.token();
    await prove(step, workspace, session, facts);
  } finally {
    // From here on a cancelled job keeps its session: a deployment that has begun needs tokens to its end.
    step.signal.removeEventListener("abort", abandon);
  }
  return session;
}

function exchangeFor({ inputs, ports }: Step, workspace: Workspace): Exchange {
  const { clientId, audience, host, tenantId } = inputs;
  if (tenantId !== undefined && inputs.exchange === "entra") {
    return entraExchange({
      ...ports,
      cloud: entraCloud(host, ports.environment),
      tenantId,
      clientId,
      audience,
    });
  }
  return databricksExchange({
    ...ports,
    tokenEndpoint: workspace.tokenEndpoint,
    audience: audience ?? workspace.defaultAudience,
    clientId,
    host,
    accountId: workspace.accountId ?? inputs.accountId,
  });
}

/** Nothing is sent for an untrusted event, and the CI hides each access token from the moment it exists. */
function guarded({ host, inputs }: Step, exchange: Exchange): Exchange {
  return {
    audience: exchange.audience,
    async exchange(idToken, signal) {
      const { event_name: event } = await readClaims(idToken);
      if (event === "pull_request_target" && inputs.command !== "plan") throw untrustedEvent(inputs.command);
      const token = await exchange.exchange(idToken, signal);
      host.mask(token.accessToken);
      return token;
    },
  };
}

async function prove(
  { host, inputs, ports, signal }: Step,
  workspace: Workspace,
  session: Session,
  facts: Facts,
): Promise<void> {
  const user = await currentUser(workspaceApi({ inputs, ports, signal }, session));
  facts.principal = { applicationId: user.userName, name: user.displayName };
  expectSame("WRONG_PRINCIPAL", "principal", inputs.clientId, user.userName.toLowerCase(), "client-id");
  const workspaceId = user.workspaceId ?? workspace.workspaceId;
  expectSame("WRONG_WORKSPACE", "workspace", inputs.workspaceId, workspaceId, "workspace-id");
  expectSame("WRONG_ACCOUNT", "account", inputs.accountId, workspace.accountId?.toLowerCase(), "account-id");
  await host.output("principal", user.userName);
  await host.output("workspace-url", inputs.host);
}

/** The REST API of the approved workspace, as the deploying principal. */
export function workspaceApi(
  { inputs, ports, signal }: Pick<Step, "inputs" | "ports" | "signal">,
  session: Session,
): WorkspaceApi {
  const token = async (): Promise<string> => (await session.token()).accessToken;
  return { host: inputs.host, token, send: ports.send, clock: ports.clock, signal };
}

function expectSame(
  code: ErrorCode,
  what: string,
  wanted: string | undefined,
  found: string | undefined,
  input: string,
): void {
  if (wanted === undefined || wanted === found) return;
  throw new SecretlessError(code, {
    problem: `The ${what} is another one than was asked for. Nothing was changed.`,
    expected: `${wanted} (input \`${input}\`)`,
    actual: found ?? `the workspace does not say which ${what} it is`,
    remedy: `Correct \`host\` or \`${input}\`.`,
  });
}

function untrustedEvent(command: string): SecretlessError {
  return new SecretlessError("EVENT_NOT_TRUSTED", {
    problem: `\`${command}\` is refused: the ID token belongs to a run of pull_request_target.`,
    remedy: "Run this command on push, workflow_dispatch or release.",
  });
}
