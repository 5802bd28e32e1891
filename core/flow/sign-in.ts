import type { AuditFile } from "../audit/audit.ts";
import { tokenExchangeEvent } from "../audit/events/ocsf.ts";
import { SecretlessError, toSecretlessError } from "../base/errors.ts";
import { databricksCloud } from "../federation/clouds.ts";
import { databricksExchange } from "../federation/exchanges/databricks.ts";
import { approvedAudience, type Workspace } from "../federation/discovery.ts";
import { entraCloud, entraExchange } from "../federation/exchanges/entra.ts";
import type { Exchange } from "../federation/exchange.ts";
import { createSession, type ExchangeEvent, type Session } from "../federation/session.ts";
import { readClaims } from "../ci/claims.ts";
import { refuseForeignCheckout } from "./foreign-checkout.ts";
import type { Step } from "./step.ts";
import { isOpenToAnybody } from "../ci/github/events.ts";
import { isLoopback } from "../net/workspace.ts";

/** Milliseconds for one exchange with all its tries. */
const RENEWAL = 120_000;

export interface SignInOptions {
  readonly workspace: Workspace;
  readonly audit: AuditFile;
  /** Application ID. */
  readonly clientId: string;
  /** Set for a token that the account's API takes: one from a workspace's endpoint works in that workspace alone. */
  readonly account?: { readonly id: string; readonly host: string };
  /** In place of the CI's. */
  readonly idToken?: (audience: string) => Promise<string>;
  readonly signal?: AbortSignal | undefined;
  readonly onExchange?: (event: ExchangeEvent) => void;
}

/** A session of one identity that trusts this pipeline; each exchange is one audit event. */
export function signIn(step: Step, options: SignInOptions): Session {
  const { ci, ports, inputs } = step;
  const { audit, clientId, signal, onExchange, idToken = ci.idToken.bind(ci) } = options;
  const { exchange, endpoint } = exchangeFor(step, options);
  return createSession({
    exchange: guarded(step, exchange),
    idToken,
    clock: ports.clock,
    renewalTimeout: Math.min(RENEWAL, inputs.timeout),
    signal,
    onExchange: (event) => {
      record(audit, event, { exchange: inputs.exchange, endpoint, clientId });
      const { audience, attempt, outcome } = event;
      const result =
        "error" in outcome
          ? `failed: ${String(outcome.error)}`
          : `valid until ${new Date(outcome.expiresAt).toISOString()}`;
      ci.debug(`exchange ${String(attempt)} as ${clientId} for ${audience}: ${result}`);
      onExchange?.(event);
    },
  });
}

/** Where the account of a workspace has its API; undefined if that is not known. A loopback workspace is its own. */
export function accountHost(host: string): string | undefined {
  return databricksCloud(host)?.accountHost ?? (isLoopback(new URL(host).hostname) ? host : undefined);
}

function exchangeFor(
  { ci, inputs, ports }: Step,
  { workspace, clientId, account }: SignInOptions,
): { readonly exchange: Exchange; readonly endpoint: string } {
  const { host, tenantId } = inputs;
  if (tenantId !== undefined && inputs.exchange === "entra") {
    const cloud = entraCloud(host, ports.environment);
    const { audience } = inputs;
    return {
      exchange: entraExchange({ ...ports, cloud, tenantId, clientId, audience }),
      endpoint: `${cloud.authority}/${tenantId}/oauth2/v2.0/token`,
    };
  }
  const tokenEndpoint = account ? accountEndpoint(account) : workspace.tokenEndpoint;
  const named = (defaultAudience: string): string => approvedAudience({ host, defaultAudience });
  // A CI that chooses the audience itself is asked for none.
  const audience = inputs.audience ?? ci.fixedAudience ?? named(account?.id ?? workspace.defaultAudience);
  const accountId = workspace.accountId ?? inputs.accountId;
  return {
    exchange: databricksExchange({ ...ports, tokenEndpoint, audience, clientId, host, accountId }),
    endpoint: tokenEndpoint,
  };
}

function accountEndpoint({ host, id }: { readonly host: string; readonly id: string }): string {
  return `${host}/oidc/accounts/${id}/v1/token`;
}

/** Nothing is sent for an untrusted event, and the CI hides each access token from the moment it exists. */
function guarded({ ci, inputs }: Step, exchange: Exchange): Exchange {
  return {
    audience: exchange.audience,
    async exchange(idToken, signal) {
      const { event_name: event, sha } = await readClaims(idToken);
      if (event === "pull_request_target" && inputs.command !== "plan") throw untrustedEvent(inputs.command);
      if (event !== undefined && isOpenToAnybody(event))
        await refuseForeignCheckout({ ci, inputs }, { name: event, commit: sha });
      const token = await exchange.exchange(idToken, signal);
      ci.mask(token.accessToken);
      return token;
    },
  };
}

/** Without an ID token nothing was exchanged. */
function record(
  audit: AuditFile,
  { claims, idTokenSha256, outcome }: ExchangeEvent,
  what: { readonly exchange: string; readonly endpoint: string; readonly clientId: string },
): void {
  if (claims === undefined) return;
  const { issuer, subject, audience, jwtId } = claims;
  const base = { ...what, issuer, subject, audience: audience.join(" "), idTokenSha256 };
  const ids = jwtId === undefined ? {} : { jwtId };
  if ("error" in outcome) {
    const { code, details } = toSecretlessError(outcome.error);
    const reason = [details.problem, details.actual].filter((text) => text !== undefined).join(" ");
    audit.note(tokenExchangeEvent({ ...base, ...ids, outcome: { ok: false, code, reason } }));
  } else {
    audit.note(tokenExchangeEvent({ ...base, ...ids, ...outcome, outcome: { ok: true } }));
  }
}

function untrustedEvent(command: string): SecretlessError {
  return new SecretlessError("EVENT_NOT_TRUSTED", {
    problem: `\`${command}\` is refused: the ID token belongs to a run of pull_request_target.`,
    remedy: "Run this command on push, workflow_dispatch or release.",
  });
}
