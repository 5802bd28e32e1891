import { currentUser } from "./databricks/workspace-api.ts";
import { SecretlessError, type ErrorCode } from "./errors.ts";
import { databricksExchange } from "./federation/databricks.ts";
import type { Workspace } from "./federation/discovery.ts";
import type { Exchange } from "./federation/exchange.ts";
import { createSession, type Session } from "./federation/session.ts";
import { checkedOutCommit } from "./identity/checkout.ts";
import type { Facts } from "./report/facts.ts";
import type { Step } from "./run.ts";

/** Milliseconds for one exchange with all its tries. */
const RENEWAL = 120_000;

/** Exchanges the pipeline's identity and proves that it is the principal, workspace and account asked for. */
export async function connect(step: Step, facts: Facts): Promise<Session> {
  const { host, ports, inputs, signal } = step;
  const workspace = await step.workspace;
  const session = createSession({
    exchange: masking(step, exchangeFor(step, workspace)),
    idToken: (audience) => host.idToken(audience),
    clock: ports.clock,
    renewalTimeout: Math.min(RENEWAL, inputs.timeout),
    signal,
    onExchange: ({ audience, claims, attempt, outcome }) => {
      if (claims) {
        facts.idToken = {
          issuer: claims.issuer,
          subject: claims.subject,
          audience: claims.audience.join(", "),
        };
        facts.commit = { checkedOut: facts.commit?.checkedOut, ofToken: claims.sha };
        if (claims.event_name === "pull_request_target" && inputs.command !== "plan")
          throw untrustedEvent(inputs.command);
      }
      const result =
        "error" in outcome
          ? `failed: ${String(outcome.error)}`
          : `valid until ${new Date(outcome.expiresAt).toISOString()}`;
      host.debug(`exchange ${String(attempt)} for ${audience}: ${result}`);
    },
  });
  facts.exchangedAt = new URL(workspace.tokenEndpoint).host;
  facts.commit = { ofToken: undefined, checkedOut: await checkedOutCommit(host.context.checkout) };
  await session.token();
  await prove(step, workspace, session, facts);
  return session;
}

function exchangeFor({ inputs, ports }: Step, workspace: Workspace): Exchange {
  return databricksExchange({
    tokenEndpoint: workspace.tokenEndpoint,
    audience: inputs.audience ?? workspace.defaultAudience,
    clientId: inputs.clientId,
    host: inputs.host,
    accountId: workspace.accountId ?? inputs.accountId,
    send: ports.send,
    clock: ports.clock,
  });
}

/** The CI hides each access token from the moment it exists. */
function masking({ host }: Step, exchange: Exchange): Exchange {
  return {
    audience: exchange.audience,
    async exchange(idToken, signal) {
      const token = await exchange.exchange(idToken, signal);
      host.mask(token.accessToken);
      return token;
    },
  };
}

async function prove(
  { inputs, ports, signal }: Step,
  workspace: Workspace,
  session: Session,
  facts: Facts,
): Promise<void> {
  const token = async (): Promise<string> => (await session.token()).accessToken;
  const user = await currentUser({ host: inputs.host, token, send: ports.send, clock: ports.clock, signal });
  facts.principal = { applicationId: user.userName, name: user.displayName };
  expectSame("WRONG_PRINCIPAL", "principal", inputs.clientId, user.userName.toLowerCase(), "client-id");
  const workspaceId = user.workspaceId ?? workspace.workspaceId;
  expectSame("WRONG_WORKSPACE", "workspace", inputs.workspaceId, workspaceId, "workspace-id");
  expectSame("WRONG_ACCOUNT", "account", inputs.accountId, workspace.accountId?.toLowerCase(), "account-id");
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
