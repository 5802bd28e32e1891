import { connectDatabricks, type DatabricksApi } from "../../api/client.ts";
import { auditContext, auditOver, type Audit } from "../../audit/audit.ts";
import { openAuditLog } from "../../audit/json-lines.ts";
import { toSecretlessError } from "../../base/errors.ts";
import type { Clock, Environment, Ports } from "../../base/ports.ts";
import { redact, registerSecret } from "../../base/redact.ts";
import { appendOwnFile } from "../../base/written-file.ts";
import type { Ci } from "../../ci/ci.ts";
import { parseInputs } from "../../ci/inputs/inputs.ts";
import { redactingCi } from "../../ci/redacting-ci.ts";
import type { AccessToken } from "../../federation/exchange.ts";
import { OPEN_EXCHANGES } from "../../federation/exchanges/index.ts";
import type { Session } from "../../federation/session.ts";
import type { Refusal } from "../../federation/token-service.ts";
import { ServerTime } from "../../net/server-time.ts";
import { withoutCredentials } from "../../scan/hide.ts";
import { signIn } from "../sign-in.ts";
import type { Charge, ServiceReport } from "./messages.ts";

/** What a shell is for the service: a CI that says nothing, over the variables of the step. */
export type ShellOf = (environment: Environment) => { readonly ci: Ci; readonly ports: Ports };

const MOST_HOSTS = 5;

/** The session of a service whose step has gone, and what it does. It is made when it is first needed. */
export class AloneSession {
  readonly clock: Clock;
  readonly approved;
  readonly #charge: Charge;
  readonly #ci: Ci;
  readonly #ports: Ports;
  readonly #lines: string[] = [];
  #seed: AccessToken;
  #session: Session | undefined;
  #audit: Audit | undefined;
  #served = 0;
  #exchanges = 0;
  #failed = 0;
  #lastError: string | undefined;
  readonly #refused: Partial<Record<Refusal["reason"], number>> = {};
  readonly #hosts: string[] = [];

  constructor(charge: Charge, shellOf: ShellOf) {
    const { ci, ports } = shellOf(charge.environment);
    for (const secret of [charge.token.accessToken, ...Object.values(charge.secrets)]) registerSecret(secret);
    this.#charge = charge;
    this.#ci = redactingCi(ci);
    this.#ports = ports;
    this.#seed = charge.token;
    this.clock = ports.clock;
    const { approvedWorkspaceId, approvedAccountId } = charge;
    this.approved = { approvedHost: parseInputs(this.#ci).host, approvedWorkspaceId, approvedAccountId };
  }

  /** Takes down the step's token of this moment. */
  keep(token: AccessToken): void {
    this.#seed = token;
  }

  /** A valid token. @throws what signIn's session throws */
  async token(): Promise<AccessToken> {
    this.#session ??= this.#signIn();
    const token = await this.#session.token();
    this.#served += 1;
    return token;
  }

  /** The approved workspace, as the deployer. */
  api(): DatabricksApi {
    const { send, clock } = this.#ports;
    const host = this.approved.approvedHost;
    const token = async (): Promise<string> => (await this.token()).accessToken;
    return connectDatabricks({ host, token, send, clock });
  }

  /** The servers' time, milliseconds since the epoch. */
  now(): number {
    return this.clock.now() + this.#charge.ahead;
  }

  /** @param told whether the step is there and reports it itself */
  refused({ reason, host }: Refusal, told: boolean): void {
    if (told) return;
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    if (reason === "host" && this.#hosts.length < MOST_HOSTS && !this.#hosts.includes(host))
      this.#hosts.push(host);
  }

  /** What is reported is not written down by this process any more. */
  async report(): Promise<ServiceReport> {
    await this.#audit?.settled().catch(() => undefined);
    return {
      served: this.#served,
      refused: this.#refused,
      foreignHosts: this.#hosts,
      exchanges: this.#exchanges,
      failedExchanges: this.#failed,
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
      audit: { file: this.#charge.auditFile, lines: this.#lines.splice(0) },
    };
  }

  /** Writes down what nobody has asked for. */
  async settle(): Promise<void> {
    await this.#audit?.settled().catch(() => undefined);
    const text = this.#lines.splice(0).join("");
    if (text === "") return;
    const { checkout, tempFolder } = this.#ci.context;
    const bounds = { roots: [checkout, tempFolder], platform: this.#ports.platform };
    // With the job its folders may have gone, too.
    await appendOwnFile(this.#charge.auditFile, text, bounds).catch(() => undefined);
  }

  #signIn(): Session {
    const inputs = parseInputs(this.#ci);
    const run = { ci: this.#ci, command: inputs.command.name, clientId: inputs.clientId };
    const sink = { take: (line: string) => Promise.resolve(void this.#lines.push(line)) };
    const { clock } = this.#ports;
    const log = openAuditLog({
      context: auditContext(run),
      clock,
      sinks: [sink],
      clean: withoutCredentials,
    });
    const audit = (this.#audit = auditOver(log, this.#charge.auditFile));
    const { workspace } = this.#charge;
    const step = {
      ci: this.#ci,
      ports: this.#ports,
      inputs,
      workspace: Promise.resolve(workspace),
      serverTime: new ServerTime(clock, this.#charge.ahead),
      signal: new AbortController().signal,
      found: () => undefined,
      exchanges: OPEN_EXCHANGES,
    };
    return signIn(step, {
      workspace,
      audit,
      clientId: inputs.clientId,
      initial: this.#seed,
      onExchange: ({ outcome }) => {
        this.#exchanges += 1;
        this.#lastError = undefined;
        if (!("error" in outcome)) return;
        this.#failed += 1;
        const { code, message } = toSecretlessError(outcome.error);
        this.#lastError = redact(code === "INTERNAL" ? message : `${code}: ${message}`);
      },
    });
  }
}
