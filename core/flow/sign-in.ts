import type { Audit } from "../audit/audit.ts";
import { tokenExchangeEvent } from "../audit/events/ocsf.ts";
import { isRefusal } from "../audit/events/refusal.ts";
import { pipelineOf } from "../audit/pipeline.ts";
import { SecretlessError, toSecretlessError } from "../base/errors.ts";
import { databricksCloud } from "../federation/clouds.ts";
import { openEntra } from "../federation/exchanges/entra.ts";
import type { OpenedExchange } from "../federation/exchanges/open.ts";
import type { Workspace } from "../federation/discovery.ts";
import type { AccessToken, Exchange } from "../federation/exchange.ts";
import { createSession, type ExchangeEvent, type Session } from "../federation/session.ts";
import { refuseForeignCheckout } from "./foreign-checkout.ts";
import type { Step } from "./step.ts";
import type { UntrustedEvent } from "../ci/dialect.ts";
import { isLoopback } from "../net/origin.ts";

/** Milliseconds for one exchange with all its tries. */
const RENEWAL = 120_000;

export interface SignInOptions {
  readonly workspace: Workspace;
  readonly audit: Audit;
  /** Application ID. */
  readonly clientId: string;
  /** Set for a token that the account's API takes: one from a workspace's endpoint works in that workspace alone. */
  readonly account?: { readonly id: string; readonly host: string };
  /** Set for a token that another resource of Entra ID takes, whatever exchange the run uses. */
  readonly entra?: { readonly tenantId: string; readonly tokenFor: string };
  /** In place of the CI's. */
  readonly idToken?: (audience: string, signal: AbortSignal) => Promise<string>;
  readonly signal?: AbortSignal | undefined;
  readonly onExchange?: (event: ExchangeEvent) => void;
  /** A token of this identity that is there already. */
  readonly initial?: AccessToken;
}

/** A session of one identity that trusts this pipeline; each exchange is one audit event. */
export function signIn(step: Step, options: SignInOptions): Session {
  const { ci, ports, inputs } = step;
  const { audit, clientId, signal, onExchange, initial, idToken = ci.idToken.bind(ci) } = options;
  const { exchange, endpoint } = exchangeFor(step, options);
  return createSession({
    exchange: guarded(step, exchange),
    idToken,
    clock: ports.clock,
    renewalTimeout: Math.min(RENEWAL, inputs.timeout),
    signal,
    initial,
    serverNow: () => step.serverTime.now(),
    onExchange: (event) => {
      record(audit, event, { exchange: options.entra ? "entra" : inputs.exchange.name, endpoint, clientId });
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
  { ci, inputs, ports, exchanges, serverTime }: Step,
  { workspace, clientId, account, entra }: SignInOptions,
): OpenedExchange {
  const open = entra ? openEntra : exchanges[inputs.exchange.name];
  if (!open) throw new Error(`nothing is known of the exchange ${inputs.exchange.name}`);
  return open({
    ...inputs,
    ...ports,
    send: serverTime.measuring(ports.send),
    workspace,
    account,
    clientId,
    fixedAudience: ci.fixedAudience,
    dialect: ci.dialect,
    ...(entra && { ...entra, audience: undefined }),
  });
}

/** Nothing is sent for an untrusted event, and the CI hides each access token from the moment it exists. */
function guarded({ ci, inputs }: Step, exchange: Exchange): Exchange {
  return {
    audience: exchange.audience,
    async exchange(idToken, signal) {
      const untrusted = ci.dialect.untrustedToken(idToken.claims);
      if (untrusted && inputs.command.changes) throw untrustedEvent(inputs.command.name, untrusted);
      const { event, commit } = idToken.claims;
      if (event !== undefined && ci.dialect.isOpenToAnybody(event))
        await refuseForeignCheckout({ ci, inputs }, { name: event, commit });
      const token = await exchange.exchange(idToken, signal);
      ci.mask(token.accessToken);
      return token;
    },
  };
}

/** Without an ID token nothing was exchanged. */
function record(
  audit: Audit,
  { claims, idTokenSha256, outcome }: ExchangeEvent,
  what: { readonly exchange: string; readonly endpoint: string; readonly clientId: string },
): void {
  if (claims === undefined) return;
  const { issuer, subject, audience, jwtId } = claims;
  audit.identify(pipelineOf(claims, "error" in outcome ? "presented" : "verified"));
  const base = { ...what, issuer, subject, audience: audience.join(" "), idTokenSha256 };
  const ids = jwtId === undefined ? {} : { jwtId };
  if ("error" in outcome) {
    const error = toSecretlessError(outcome.error);
    // Nothing was sent: it is told as the run's own refusal.
    if (isRefusal(error)) return;
    const { code, details } = error;
    const reason = [details.problem, details.actual].filter((text) => text !== undefined).join(" ");
    audit.note(tokenExchangeEvent({ ...base, ...ids, outcome: { ok: false, code, reason } }));
  } else {
    audit.note(tokenExchangeEvent({ ...base, ...ids, ...outcome, outcome: { ok: true } }));
  }
}

function untrustedEvent(command: string, { event, remedy }: UntrustedEvent): SecretlessError {
  return new SecretlessError("EVENT_NOT_TRUSTED", {
    problem: `\`${command}\` is refused: the ID token belongs to a run of ${event}.`,
    remedy,
  });
}
