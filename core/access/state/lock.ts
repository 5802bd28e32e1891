import { randomUUID } from "node:crypto";
import { SecretlessError } from "../../base/errors.ts";
import type { Clock } from "../../base/ports.ts";
import type { DatabricksApi } from "../../api/client.ts";
import { type Json, textAt } from "../../api/json.ts";
import { deleteWorkspaceFile, readWorkspaceFile, writeWorkspaceFile } from "../../api/workspace-files.ts";

/** A lock that nobody renewed for so long is left over from a run that died. Milliseconds. */
const LEASE = 60_000;
/** The holder renews after this long, so that a living one is never taken for dead. */
const RENEW = 20_000;
const POLL = 5_000;

export interface LockOptions {
  readonly api: DatabricksApi;
  readonly clock: Clock;
  /** Link to the run, for whoever waits. */
  readonly holder: string;
  /** Milliseconds to wait for another run. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

export interface Lock {
  /** Call before each change. @throws SecretlessError `ACCESS_LOCKED` if the lock was lost */
  hold(): Promise<void>;
  release(): Promise<void>;
}

interface LockText {
  readonly id: string;
  readonly holder: string;
  /** The left-over lock that this one replaced; a crash may have left the file of that take-over. */
  readonly after: string;
}

function parse(content: string): LockText {
  try {
    const value = JSON.parse(content) as Json;
    return {
      id: textAt(value, "id"),
      holder: textAt(value, "holder"),
      after: textAt(value, "after"),
    };
  } catch {
    return { id: "", holder: "(unreadable)", after: "" };
  }
}

/**
 * Takes the lock at `path`. Creating the file is the one atomic step that the Workspace API has; a lock is left over if
 * its text stays the same for a lease by our own clock, so clocks are never compared. Whoever takes over a left-over lock
 * first takes the lock on doing just that, named after the lock's id: of several only one gets it, and one that comes
 * late finds another id and waits again.
 * @throws SecretlessError `ACCESS_LOCKED` after `timeout`
 */
export async function takeLock(path: string, options: LockOptions): Promise<Lock> {
  const { api, clock, holder, timeout, signal } = options;
  const id = randomUUID();
  let after = "";
  const text = (): string => JSON.stringify({ id, holder, after, renewed: clock.now() });
  const deadline = clock.now() + timeout;
  let renewed = clock.now();
  const lock: Lock = {
    async hold() {
      if (clock.now() - renewed < RENEW) return;
      const content = await readWorkspaceFile(api, path);
      if (content === undefined || parse(content).id !== id) throw lost(path);
      renewed = clock.now();
      await writeWorkspaceFile(api, path, text(), true);
    },
    async release() {
      const content = await readWorkspaceFile(api, path);
      if (content !== undefined && parse(content).id === id) await deleteWorkspaceFile(api, path);
    },
  };

  let seen: string | undefined;
  let since = clock.now();
  for (;;) {
    renewed = clock.now();
    if (await writeWorkspaceFile(api, path, text(), false)) return lock;
    const content = await readWorkspaceFile(api, path);
    if (content === undefined) continue;
    // The answer to our own creation was lost, and the request was sent again.
    if (parse(content).id === id) return lock;
    if (content !== seen) {
      seen = content;
      since = clock.now();
    } else if (clock.now() - since >= LEASE) {
      after = parse(content).id;
      if (await takeOver(path, content, text(), options)) return lock;
      seen = undefined;
    }
    if (clock.now() >= deadline) throw busy(path, parse(content).holder);
    await clock.sleep(POLL, signal);
  }
}

/** The file on which two runs that find the same left-over lock meet. */
function takeOverPath(path: string, id: string): string {
  return `${path}.${id.replace(/[^0-9a-f-]/g, "").slice(0, 36)}`;
}

async function takeOver(path: string, left: string, text: string, options: LockOptions): Promise<boolean> {
  const { id, after } = parse(left);
  const takeover = await takeLock(takeOverPath(path, id), options);
  try {
    if ((await readWorkspaceFile(options.api, path)) !== left) return false;
    await writeWorkspaceFile(options.api, path, text, true);
    if (after !== "") await deleteWorkspaceFile(options.api, takeOverPath(path, after));
    return true;
  } finally {
    await takeover.release();
  }
}

function busy(path: string, holder: string): SecretlessError {
  return new SecretlessError("ACCESS_LOCKED", {
    problem: `Another run holds the access lock ${path}.`,
    actual: holder,
    remedy:
      "Wait for that run to end and run this one again. A lock that is left over is taken over after a minute.",
  });
}

function lost(path: string): SecretlessError {
  return new SecretlessError("ACCESS_LOCKED", {
    problem: `The access lock ${path} was taken over by another run while this one was changing access.`,
    remedy: "Run it again: what was changed so far is recorded, and the next run converges.",
  });
}
