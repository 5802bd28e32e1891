import { SecretlessError, toSecretlessError } from "./base/errors.ts";
import { discoverWorkspace, usualAudience } from "./federation/discovery.ts";
import type { Ci } from "./ci/ci.ts";
import { parseInputs, type Inputs } from "./ci/inputs/inputs.ts";
import type { Ports } from "./base/ports.ts";
import { redactingCi } from "./ci/redacting-ci.ts";
import type { BegunStep } from "./flow/step.ts";
import { ServerTime } from "./net/server-time.ts";
import { proxySecrets } from "./net/proxy.ts";
import type { Seams } from "./run.ts";

/** Milliseconds until the first request must have been answered: the Databricks CLI would hang for minutes. */
const REACHABLE = 60_000;

/**
 * One use of the step, from its inputs to its exit code. The shells have asked for the workspace's public documents before
 * they load this (net/first-look.ts); the first ID token is under way before the rest of the product is loaded. That rest
 * has one entry, run.ts: each further one would make the bundler cut what is needed here into more files, and finding a
 * file costs more than reading it.
 * @returns the exit code, 0 or 1; never rejects
 */
export async function runStep(shell: Ci, ports: Ports, seams: Seams = {}): Promise<number> {
  const ci = redactingCi(shell);
  for (const secret of proxySecrets(ports.environment)) ci.mask(secret);
  const stop = new AbortController();
  const finished = new AbortController();
  let begun: Pick<BegunStep, "ci" | "ports" | "inputs"> | undefined;
  try {
    const inputs = parseInputs(ci, seams.inputs, ports.environment);
    begun = { ci, ports, inputs };
    refuseUntrustedEvent(ci, inputs);
    const { openEvent } = ci.context;
    if (openEvent) {
      const { refuseForeignCheckout } = await import("./run.ts");
      await refuseForeignCheckout({ ci, inputs }, openEvent);
    }
    const { clock, send } = ports;
    const { signal } = stop;
    // Every wait ends with one of our own errors: what is aborted is told by its reason.
    whenAborted(ci.cancelled, () => {
      stop.abort(new SecretlessError("CANCELLED", { problem: "The job was cancelled." }));
    });
    clock.sleep(inputs.timeout, finished.signal).then(
      () => {
        stop.abort(timedOut(inputs));
      },
      () => undefined,
    );
    const serverTime = new ServerTime(clock);
    const workspace = discoverWorkspace({
      host: inputs.host,
      send: serverTime.measuring(send),
      clock,
      deadline: clock.now() + Math.min(REACHABLE, inputs.timeout),
      signal,
    });
    workspace.catch(() => undefined);
    const early = earlyIdToken(ci, inputs, clock.now(), AbortSignal.any([signal, finished.signal]));
    const { run } = await import("./run.ts");
    return await run({ ci, ports, inputs, workspace, serverTime, early, signal }, seams);
  } catch (error) {
    const { reportFailure, refuseStep } = await import("./run.ts");
    const failure = toSecretlessError(error);
    if (!begun) await reportFailure(ci, failure);
    else
      await refuseStep(begun, failure, seams).catch((unwritable: unknown) =>
        reportFailure(ci, toSecretlessError(unwritable)),
      );
    return 1;
  } finally {
    finished.abort();
  }
}

/** The first ID token, asked for beside the discovery, for the audience that nearly always comes out of it. */
function earlyIdToken(ci: Ci, inputs: Inputs, askedAt: number, signal: AbortSignal): BegunStep["early"] {
  const usual = inputs.exchange.asksWorkspace ? usualAudience(inputs.host) : undefined;
  const audience = ci.fixedAudience ?? inputs.audience ?? usual;
  if (audience === undefined) return undefined;
  const idToken = ci.idToken(audience, signal);
  idToken.catch(() => undefined);
  return { idToken, audience, askedAt };
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}

function refuseUntrustedEvent(ci: Ci, { command }: Inputs): void {
  const { untrustedEvent } = ci.context;
  if (untrustedEvent === undefined || !command.changes) return;
  throw new SecretlessError("EVENT_NOT_TRUSTED", {
    problem: `\`${command.name}\` is refused under the event ${untrustedEvent.event}.`,
    expected: "an event that only people with write access can cause",
    actual: untrustedEvent.event,
    remedy: untrustedEvent.remedy,
  });
}

function timedOut({ timeout }: Inputs): SecretlessError {
  return new SecretlessError("TIMED_OUT", {
    problem: `The step was not done after ${String(Math.round(timeout / 1000))} s.`,
    remedy: "Raise the input `timeout`, or find out in the log what took so long.",
  });
}
