import { randomUUID } from "node:crypto";
import type { Detached, DetachedProcess } from "../../base/ports.ts";
import { lightMark, markOf, processPort } from "../../cli/own-process.ts";
import type { Session } from "../../federation/session.ts";
import { newSecret } from "../../federation/token-service.ts";
import type { Step } from "../step.ts";
import { chargeService, serviceEnvironment } from "./detached.ts";
import { serviceInProcess, type StepService } from "./step-service.ts";

/** Milliseconds that a deployment may go on after the step's own time is over. */
const BEYOND = 6 * 3_600_000;
/** Longest job of any CI, in milliseconds: five days on a self-hosted runner of GitHub. */
const LONGEST_JOB = 5 * 24 * 3_600_000;

interface Launched {
  readonly process: DetachedProcess;
  readonly id: string;
  readonly control: string;
}

export interface ServiceRequest {
  readonly session: Session;
  readonly workspaceId: string | undefined;
  readonly auditFile: string;
}

/**
 * The token service of a step. It is started early, beside the discovery, and charged when there is a session; where it
 * cannot be a process of its own, it lives in this one.
 */
export class ServiceLauncher {
  readonly #step: Step;
  readonly #launched: Promise<Launched> | undefined;
  #service: StepService | undefined;

  constructor(step: Step) {
    this.#step = step;
    if (step.inputs.command.needs.service === "none") return;
    this.#launched = step.ports.detached && this.#launch(step.ports.detached);
    this.#launched?.catch(() => undefined);
  }

  /** @throws SecretlessError `TOKEN_SERVICE_LOST` */
  async open({ session, workspaceId, auditFile }: ServiceRequest): Promise<StepService> {
    const { ci, inputs, ports, serverTime, workspace } = this.#step;
    const { accountId, loginTimeout = LONGEST_JOB } = inputs;
    const ids = { approvedWorkspaceId: workspaceId, approvedAccountId: accountId };
    const token = (): ReturnType<Session["token"]> => session.token();
    const secret = newSecret();
    ci.mask(secret);
    const launched = await this.#launched;
    if (!launched) {
      const { clock } = ports;
      const approvedHost = inputs.host;
      return (this.#service = await serviceInProcess({ ...ids, token, approvedHost, clock, secret }));
    }
    const { process, control } = launched;
    const processes = processPort(ports.platform);
    const runner = ports.detached?.runner;
    const service = (this.#service = await chargeService({
      process,
      processes,
      clock: ports.clock,
      token,
      charge: {
        ...ids,
        environment: ports.environment,
        workspace: await workspace,
        ahead: serverTime.ahead,
        token: await session.token(),
        secrets: { path: secret, control },
        auditFile,
        lifetime: inputs.command.needs.service === "job" ? loginTimeout : inputs.timeout + BEYOND,
        runner: runner === undefined ? "" : await lightMark(runner, processes),
      },
    }));
    await this.#saveState(launched, new URL(service.url).port);
    return service;
  }

  /** Ends the service at the end of the step, unless it was left to later ones. */
  async end(): Promise<void> {
    if (this.#service?.isLeft) return;
    await this.#service?.stop();
    const launched = await this.#launched?.catch(() => undefined);
    if (!launched) return;
    // One that was never charged, or does not listen.
    launched.process.kill();
    launched.process.release();
    await this.#step.ci.saveState("service", "");
  }

  async #launch(detached: Detached): Promise<Launched> {
    const { ci, inputs, ports } = this.#step;
    const { service } = inputs.command.needs;
    const id = randomUUID();
    const control = newSecret();
    ci.mask(control);
    const tracking = service === "job" ? ci.dialect.tracking : undefined;
    const launched = {
      process: await detached.start(serviceEnvironment(ports, { id, tracking })),
      id,
      control,
    };
    // Killed in the next moment, the step would leave it to nobody.
    await this.#saveState(launched, "0");
    return launched;
  }

  /** For the post step: where the service can be asked and stopped, and what tells it from another process. */
  async #saveState({ process, id, control }: Launched, port: string): Promise<void> {
    const mark = await markOf(process.pid, processPort(this.#step.ports.platform));
    await this.#step.ci.saveState("service", [port, control, id, mark].join(" "));
  }
}
