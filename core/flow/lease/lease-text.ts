import { member, readJson, textAt, type Json } from "../../api/json.ts";
import type { FileTimes } from "../../api/workspace-files.ts";
import { isUuid } from "../../base/uuid.ts";
import type { DeploymentLock } from "../../cli/deployment-lock.ts";

/** Milliseconds between two heartbeats. */
export const BEAT = 15_000;
/** A lease that was not renewed for so long has run out, in milliseconds. */
export const LIFE = 60_000;
/** A heartbeat that is later than this was missed. */
export const MISSED = BEAT + 5_000;
/** A lock that no heartbeat has seen is a dead run's own only if it was taken so soon after the last one. */
const UNSEEN = BEAT + 1_000;

/** The lease of the run that deploys: a file beside the state. Times are the servers', ISO 8601. */
export interface LeaseText {
  readonly id: string;
  /** Link to the run, with its attempt. */
  readonly run: string;
  readonly since: string;
  /** When the first of the runs that died began whose leavings are not mended yet; "" if there is none. */
  readonly unmended: string;
  readonly renewed: string;
  /** ID of the deployment lock that the run's CLI holds; "" while none was seen. */
  readonly lock: string;
  /** The run has died and nothing of it works any more. */
  readonly ended: boolean;
}

/** The lease of a run that died. */
export interface LeftLease {
  readonly lease: LeaseText;
  /** When it was last written, by the workspace: milliseconds since the epoch. */
  readonly written: number | undefined;
}

export const leasePath = (statePath: string): string => `${statePath}/databricks-secretless.lease`;

export function writeLease(lease: LeaseText): string {
  return `${JSON.stringify({ version: 1, ...lease })}\n`;
}

/** Whoever deploys can write the file, code of the bundle too: what is no lease reads as one that names nothing. */
export function readLease(text: string): LeaseText {
  let json: Json = {};
  try {
    json = readJson(text);
  } catch {
    // As if it were empty.
  }
  const [id, lock] = [textAt(json, "id"), textAt(json, "lock")];
  return {
    id: isUuid(id) ? id : "",
    run: textAt(json, "run").slice(0, 500),
    since: textAt(json, "since"),
    unmended: textAt(json, "unmended"),
    renewed: textAt(json, "renewed"),
    lock: isUuid(lock) ? lock : "",
    ended: member(json, "ended") === true,
  };
}

/** A lock with when it was written, as the workspace says it. */
export interface SeenLock extends DeploymentLock {
  readonly times: FileTimes | undefined;
}

/**
 * Whether the lock is one that the run of this lease, which has run out, left behind. The lease names it; or the run died
 * before a heartbeat saw it, and our own principal took it while the lease was alive. A forced lock is never ours.
 * @param principal application ID
 */
export function leftLock({ lease, written }: LeftLease, lock: SeenLock, principal: string): boolean {
  if (lock.isForced || lock.user.toLowerCase() !== principal.toLowerCase() || !isUuid(lock.id)) return false;
  if (lease.lock !== "") return lease.lock === lock.id;
  const [taken, since] = [lock.times?.writtenAt, Date.parse(lease.since)];
  if (taken === undefined || written === undefined || Number.isNaN(since)) return false;
  // `since` is the servers' time to a few seconds (core/net/server-time.ts).
  return taken >= since - 5_000 && taken <= written + UNSEEN;
}
