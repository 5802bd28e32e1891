import { SecretlessError } from "../../base/errors.ts";
import { variable } from "../../base/paths.ts";
import type { DetachedProcess, Environment, Ports } from "../../base/ports.ts";
import { lightMark, type ProcessPort } from "../../cli/own-process.ts";
import { keepRefusal, type Refusal } from "../../federation/token-service.ts";
import type { AccessToken } from "../../federation/exchange.ts";
import { SERVICE_MARK } from "./mark.ts";
import type { Charge, FromService, ToService } from "./messages.ts";
import type { StepService } from "./step-service.ts";

/** Variables by which Node finds certificates, or starts at all; they are read before the charge can come. */
const OF_NODE = [
  ...["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "NODE_USE_SYSTEM_CA", "OPENSSL_CONF"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR"],
  ...["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR"],
];
/** Milliseconds for the service to begin, and to end. */
const PATIENCE = 30_000;

/**
 * The whole environment of the service. With `tracking`, the variable by which the CI ends what a job has left running, it
 * ends with the job though nobody told it; a deployment that goes on must not lose it so.
 */
export function serviceEnvironment(
  { environment, platform }: Pick<Ports, "environment" | "platform">,
  { id, tracking }: { readonly id: string; readonly tracking: string | undefined },
): Record<string, string> {
  const names = tracking === undefined ? OF_NODE : [...OF_NODE, tracking];
  const taken = names.flatMap((name) => {
    const value = variable(environment, name, platform);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(taken), [SERVICE_MARK]: id };
}

export interface DetachedOptions extends Pick<Ports, "clock"> {
  readonly process: DetachedProcess;
  readonly processes: ProcessPort;
  readonly charge: Omit<Charge, "environment"> & { readonly environment: Environment };
  /** The step's session. */
  readonly token: () => Promise<AccessToken>;
}

/**
 * Hands the service its charge and is its companion from then on.
 * @throws SecretlessError `TOKEN_SERVICE_LOST` if it does not begin
 */
export async function chargeService(options: DetachedOptions): Promise<StepService> {
  const { process, clock } = options;
  const send = (message: ToService): void => {
    process.write(JSON.stringify(message));
  };
  const refusals: Refusal[] = [];
  const echoes = new Map<number, () => void>();
  const ended = new AbortController();
  const gone = new Promise<void>((resolve) => {
    ended.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  let [served, count] = [0, 0];
  let lastError: unknown;
  let isReleased = false;

  const answer = async (id: number): Promise<void> => {
    try {
      const token = await options.token();
      lastError = undefined;
      served += 1;
      send({ type: "answer", id, token });
    } catch (error) {
      lastError = error;
      send({ type: "answer", id });
    }
  };
  const port = await new Promise<number>((resolve, reject) => {
    const lost = (): void => reject(serviceLost("did not begin"));
    const end = process.read((line) => {
      const message = JSON.parse(line) as FromService;
      if (message.type === "listening") resolve(message.port);
      else if (message.type === "ask") void answer(message.id);
      else if (message.type === "refused") keepRefusal(refusals, message.refusal);
      else echoes.get(message.id)?.();
    });
    void end.then(() => {
      lost();
      ended.abort();
    });
    clock.sleep(PATIENCE, ended.signal).then(lost, () => undefined);
    send({ type: "charge", charge: { ...options.charge, environment: present(options.charge.environment) } });
  }).catch((error: unknown) => {
    process.kill();
    process.release();
    throw error;
  });

  const isGone = (): boolean => ended.signal.aborted && !isReleased;
  /** Everything that the service has said is known; false if it has gone. */
  const synced = async (): Promise<boolean> => {
    if (ended.signal.aborted) return false;
    const id = ++count;
    const echoed = new Promise<true>((resolve) => echoes.set(id, () => resolve(true)));
    send({ type: "sync", id });
    const result = await Promise.race([echoed, gone.then(() => false)]);
    echoes.delete(id);
    return result;
  };
  const check = async (): Promise<void> => {
    if (!(await synced())) throw serviceLost("has ended");
  };
  return {
    url: `http://127.0.0.1:${String(port)}/${options.charge.secrets.path}`,
    get served() {
      return served;
    },
    get lastError() {
      return lastError ?? (isGone() ? serviceLost("has ended") : undefined);
    },
    check,
    refusals: async () => {
      await synced();
      return refusals;
    },
    async neededBy(pid) {
      const mark = pid === undefined ? "" : await lightMark(pid, options.processes);
      send({ type: "needed-by", mark });
    },
    keepLease(note) {
      send({ type: "lease", ...(note && { note }) });
    },
    async leave() {
      await check();
      isReleased = true;
      process.release();
    },
    get isLeft() {
      return isReleased;
    },
    async stop() {
      send({ type: "stop" });
      const late = new AbortController();
      const patience = clock.sleep(PATIENCE, late.signal).catch(() => undefined);
      await Promise.race([gone, patience]);
      late.abort();
      if (!ended.signal.aborted) process.kill();
      process.release();
    },
  };
}

function present(environment: Environment): Record<string, string> {
  const set = Object.entries(environment).filter((one): one is [string, string] => one[1] !== undefined);
  return Object.fromEntries(set);
}

function serviceLost(what: string): SecretlessError {
  return new SecretlessError("TOKEN_SERVICE_LOST", {
    problem: `The token service of this step ${what}, though nobody had told it to.`,
    remedy:
      "Look for what ends processes of this user on the runner: code of the bundle, a limit of memory, a virus scanner. Then run the job again.",
  });
}
