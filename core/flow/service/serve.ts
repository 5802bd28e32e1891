import type { Readable, Writable } from "node:stream";
import type { Clock, Platform } from "../../base/ports.ts";
import { readLines } from "../../cli/detached.ts";
import { processPort, stillRuns, type ProcessPort } from "../../cli/own-process.ts";
import { startTokenService } from "../../federation/token-service.ts";
import { AloneSession, type ShellOf } from "./alone.ts";
import { Companion } from "./companion.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import type { Charge, FromService, ToService } from "./messages.ts";

/** The service's side of the pipe to the step. */
export interface Pipe {
  /** Hands over each line; resolves when the step has closed it or is gone. */
  read(onLine: (line: string) => void): Promise<void>;
  write(line: string): void;
}

/** {@link serveTokens} over the streams of its process. */
export function serveTokenService(
  { stdin, stdout }: { readonly stdin: Readable; readonly stdout: Writable },
  shellOf: ShellOf,
  platform: Platform,
): Promise<void> {
  // Nobody listens any more once the step has gone.
  stdout.on("error", () => undefined);
  const pipe: Pipe = {
    read: (onLine) => readLines(stdin, onLine),
    write: (line) => {
      stdout.write(`${line}\n`);
    },
  };
  return serveTokens(pipe, shellOf, processPort(platform));
}

/** Milliseconds between two looks at whether anybody still needs the service. */
const INTERVAL = 2_000;

/**
 * The token service as a process of its own. While the step lives, every token comes from the step's session, which masks
 * and records it; when the step has ended, or was killed, from one of its own that begins with the step's last token. It
 * writes to no log. It ends when it is told to, when `lifetime` is over, and with the job: when the step, the process that
 * runs the job, and the program that was said to need it have all gone.
 * @returns when it has ended
 */
export async function serveTokens(pipe: Pipe, shellOf: ShellOf, processes: ProcessPort): Promise<void> {
  const send = (message: FromService): void => {
    pipe.write(JSON.stringify(message));
  };
  const companion = new Companion(send);
  const end = new AbortController();
  let neededBy = "";
  const kept: { keeper?: LeaseKeeper } = {};
  const charge = await new Promise<Charge | undefined>((resolve) => {
    const closed = pipe.read((line) => {
      const message = JSON.parse(line) as ToService;
      if (message.type === "charge") resolve(message.charge);
      else if (message.type === "answer") companion.answered(message);
      else if (message.type === "sync") send({ type: "echo", id: message.id });
      else if (message.type === "needed-by") neededBy = message.mark;
      else if (message.type === "lease") kept.keeper?.set(message.note);
      else end.abort();
    });
    void closed.then(() => {
      companion.leave();
      // Nobody has said what for.
      resolve(undefined);
    });
  });
  if (charge === undefined) return;
  const alone = new AloneSession(charge, shellOf);
  const { clock } = alone;
  const isDeploying = async (): Promise<boolean> => neededBy !== "" && (await stillRuns(neededBy, processes));
  const keeper = (kept.keeper = new LeaseKeeper({
    api: alone.api(),
    now: () => alone.now(),
    isStepThere: () => companion.isThere,
    isNeeded: isDeploying,
  }));
  const server = await startTokenService({
    ...alone.approved,
    clock,
    secret: charge.secrets.path,
    token: async () => {
      const token = await companion.token();
      if (token) alone.keep(token);
      return token ?? alone.token();
    },
    onRefusal: (refusal) => {
      alone.refused(refusal, companion.isThere);
      companion.tell({ type: "refused", refusal });
    },
    control: {
      secret: charge.secrets.control,
      answer: async () => {
        const report = await alone.report();
        // The answer goes first.
        setTimeout(() => end.abort(), 0);
        return report;
      },
    },
  });
  companion.tell({ type: "listening", port: Number(new URL(server.url).port) });
  const isNeeded = async (): Promise<boolean> =>
    companion.isThere ||
    charge.runner === "" ||
    (await stillRuns(charge.runner, processes)) ||
    (await isDeploying());
  await untilUnneeded({ clock, lifetime: charge.lifetime, end: end.signal, isNeeded, keeper });
  await keeper.look();
  await server.stop();
  await alone.settle();
}

interface Need {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly lifetime: number;
  readonly end: AbortSignal;
  readonly isNeeded: () => Promise<boolean>;
  readonly keeper: LeaseKeeper;
}

async function untilUnneeded({ clock, lifetime, end, isNeeded, keeper }: Need): Promise<void> {
  const until = clock.now() + lifetime;
  while (!end.aborted && clock.now() < until && (await isNeeded())) {
    // What is kept is told to nobody who waits for a token.
    void keeper.look();
    await clock.sleep(Math.min(INTERVAL, Math.max(0, until - clock.now())), end).catch(() => undefined);
  }
}
