import type { Audit } from "../audit/audit.ts";
import { currentUser } from "../api/workspace.ts";
import { workspaceApi } from "./api.ts";
import { SecretlessError, type ErrorCode } from "../base/errors.ts";
import type { Workspace } from "../federation/discovery.ts";
import type { Session } from "../federation/session.ts";
import { checkedOutCommit } from "../base/git/checkout.ts";
import type { Step } from "./step.ts";
import { signIn } from "./sign-in.ts";

/** How long after it was asked for the early ID token is still used, in milliseconds. */
const EARLY = 10_000;

/** The approved workspace, as the deploying principal. */
export interface Connection {
  readonly session: Session;
  /** Decimal; undefined if the workspace does not say it. */
  readonly workspaceId: string | undefined;
}

/** Exchanges the pipeline's identity and proves that it is the principal, workspace and account asked for. */
export async function connect(step: Step, audit: Audit): Promise<Connection> {
  const { ci, ports, inputs, found } = step;
  let { early } = step;
  const [workspace, checkedOut] = await Promise.all([step.workspace, checkedOutCommit(ci.context.checkout)]);
  const connecting = new AbortController();
  const abandon = (): void => {
    connecting.abort(step.signal.reason);
  };
  step.signal.addEventListener("abort", abandon);
  const session = signIn(step, {
    workspace,
    audit,
    clientId: inputs.clientId,
    idToken: (audience, signal) => {
      // An ID token lives for minutes: one that was asked for before a slow discovery is not worth its risk.
      const first = early;
      early = undefined;
      const fits = first !== undefined && first.audience === (ci.fixedAudience ?? audience);
      const inTime = fits && ports.clock.now() - first.askedAt < EARLY;
      return inTime ? first.idToken : ci.idToken(audience, signal);
    },
    signal: connecting.signal,
    onExchange: ({ claims }) => {
      if (!claims) return;
      const { issuer, subject, audience, commit, environment, event } = claims;
      found({
        idToken: { issuer, subject, audience: audience.join(", "), environment, event },
        commit: { checkedOut, ofToken: commit },
      });
    },
  });
  found({
    exchangedAt: inputs.exchange.title,
    commit: { checkedOut, ofToken: undefined },
  });
  try {
    await session.token();
    await audit.settled();
    return { session, workspaceId: await prove(step, workspace, session, audit) };
  } finally {
    // From here on a cancelled job keeps its session: a deployment that has begun needs tokens to its end.
    step.signal.removeEventListener("abort", abandon);
  }
}

/** @returns the workspace's ID, if it says it */
async function prove(
  step: Step,
  workspace: Workspace,
  session: Session,
  audit: Audit,
): Promise<string | undefined> {
  const { ci, inputs, found } = step;
  const caller = { audit, clientId: inputs.clientId, failure: "WRONG_PRINCIPAL" } as const;
  const user = await currentUser(workspaceApi(step, session, caller));
  found({ principal: { applicationId: user.userName, name: user.displayName } });
  expectSame("WRONG_PRINCIPAL", "principal", inputs.clientId, user.userName.toLowerCase(), "client-id");
  const workspaceId = user.workspaceId ?? workspace.workspaceId;
  expectSame("WRONG_WORKSPACE", "workspace", inputs.workspaceId, workspaceId, "workspace-id");
  expectSame("WRONG_ACCOUNT", "account", inputs.accountId, workspace.accountId?.toLowerCase(), "account-id");
  await ci.output("principal", user.userName);
  await ci.output("workspace-url", inputs.host);
  return workspaceId;
}

/** @throws SecretlessError with `code` if what was found is not what was asked for */
export function expectSame(
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

/** Of the input, or what the host says of itself: a bundle may name it, too. */
export async function knownWorkspaceId({ inputs, workspace }: Step): Promise<string | undefined> {
  if (inputs.workspaceId !== undefined) return inputs.workspaceId;
  // Why a host does not answer, the sign-in tells.
  return workspace.then(
    (found) => found.workspaceId,
    () => undefined,
  );
}
