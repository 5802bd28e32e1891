import type { DeclarationMistake, Declared, EntryOrigin } from "./declare.ts";
import { objectKey } from "../state/record.ts";
import type { StateRecord } from "../state/state.ts";
import { kindOf } from "../kinds/index.ts";
import type { AccessKind, RemoteState, TrustObject } from "../kinds/kind.ts";

/**
 * grant: trust is added. update: our own object is corrected. withdraw: trust is removed. record: only our record
 * changes (after a crash, or because another entry needs the same object). unchanged: nothing to do.
 */
export type Action = "grant" | "update" | "withdraw" | "record" | "unchanged";

export interface Change {
  readonly action: Action;
  readonly name: string;
  readonly origin: EntryOrigin;
  readonly job: string;
  readonly purpose: string;
  readonly kind: AccessKind;
  readonly object: TrustObject;
  /** Why, or what is special about it. */
  readonly note?: string;
  /** The phase that the record has when the change is done; undefined: no record is left. */
  readonly phase: "granted" | "expired" | undefined;
  /** This bundle has granted it before, for this entry, and nothing says that it is gone. */
  readonly standing?: {
    /** ISO 8601; undefined if it was not recorded. */ readonly since: string | undefined;
  };
  /** Could not be read: at the time of applying, a grant instead is no surprise. */
  readonly unread?: true;
}

export interface Changes {
  readonly changes: readonly Change[];
  readonly findings: readonly DeclarationMistake[];
  readonly warnings: readonly string[];
}

export type RemoteStates = (kind: AccessKind, object: TrustObject) => RemoteState;

function clash(entry: Declared, shown: string): DeclarationMistake {
  const { kind, object, purpose, job } = entry;
  return {
    code: "ACCESS_CLASH",
    mistake: {
      problem: `Job "${job.key}", ${purpose.value}: ${shown}, and this bundle has not granted it.`,
      expected: "an object that this bundle granted and recorded, or none",
      actual: shown,
      remedy:
        `If nobody else needs it, revoke it and deploy again: ${kind.undoCommand(object)}. ` +
        "Else take the entry out: what others granted is never touched.",
      place: purpose.place,
    },
  };
}

function changeFor(
  entry: Declared,
  remote: RemoteState,
  own: StateRecord | undefined,
  shared: boolean,
): Omit<Change, "name" | "origin" | "job" | "purpose" | "kind" | "object"> | DeclarationMistake {
  const ours = own !== undefined && own.phase !== "expired";
  switch (remote.state) {
    case "impossible": {
      const { mistake } = remote;
      return { code: "ACCESS_TARGET_UNUSABLE", mistake: { ...mistake, place: entry.purpose.place } };
    }
    case "foreign":
      return clash(entry, remote.shown);
    case "unreadable": {
      const note = `not readable without ${remote.missingRight}`;
      return ours && own.phase === "granted"
        ? { action: "unchanged", phase: "granted", note, unread: true }
        : { action: "grant", phase: "granted", note, unread: true };
    }
    case "differs":
      return { action: "update", phase: "granted", note: remote.differences.join("; ") };
    case "present":
      if (ours && own.phase === "granted") {
        const { jobId } = entry.origin;
        return jobId === "" || jobId === own.jobId
          ? { action: "unchanged", phase: "granted" }
          : { action: "record", phase: "granted", note: `the job was created anew, as ${jobId}` };
      }
      if (ours) return { action: "record", phase: "granted", note: "an interrupted run had granted it" };
      if (shared)
        return { action: "record", phase: "granted", note: "another entry of the bundle has granted it" };
      if (entry.kind.marked) return { action: "record", phase: "granted", note: "found by its mark" };
      return clash(entry, `${entry.kind.describe(entry.object)} is there already`);
    case "absent": {
      const drift = ours && own.phase === "granted" ? { note: "it was removed by somebody else" } : {};
      return { action: "grant", phase: "granted", ...drift };
    }
  }
}

export interface ChangeOptions {
  readonly kinds?: readonly AccessKind[] | undefined;
  /** Names of entries whose mistakes hide what they ask for: nothing that is recorded for them changes. */
  readonly unclear?: ReadonlySet<string>;
}

/**
 * The exact difference between what is declared, what is recorded and what is there. Pure: it makes no request, and the
 * same input gives the same changes. Nothing that is not declared is ever granted, nothing that is not recorded (or marked)
 * is ever withdrawn.
 */
export function planChanges(
  declared: readonly Declared[],
  records: readonly StateRecord[],
  remote: RemoteStates,
  { kinds, unclear = new Set() }: ChangeOptions = {},
): Changes {
  const changes: Change[] = [];
  const findings: DeclarationMistake[] = [];
  const warnings: string[] = [];
  const live = declared.filter((entry) => entry.expired === undefined);
  const keyOf = (entry: Declared): string => objectKey(entry.kind.name, entry.object);
  const wanted = new Set(live.map(keyOf));
  const wantedBy = new Set(live.map((entry) => `${entry.name} ${keyOf(entry)}`));
  const expired = new Map(
    declared.filter((entry) => entry.expired !== undefined).map((entry) => [entry.name, entry]),
  );
  const recorded = records.map((record) => ({ record, key: objectKey(record.kind, record.object) }));

  for (const entry of live) {
    const { name, kind, object, origin } = entry;
    const same = recorded.filter(({ record, key }) => key === keyOf(entry) && record.phase !== "expired");
    const own = same.find(({ record }) => record.name === name)?.record;
    const planned = changeFor(entry, remote(kind, object), own, same.length > 0);
    if ("code" in planned) findings.push(planned);
    else {
      const stands = planned.action !== "grant" && (own !== undefined || kind.marked);
      changes.push({
        ...{ name, origin, job: entry.job.key, purpose: entry.purpose.value, kind, object },
        ...planned,
        ...(stands && { standing: { since: own?.since } }),
      });
    }
  }

  for (const entry of expired.values()) {
    const { name, job, purpose, expired: until = "" } = entry;
    if (!recorded.some(({ record }) => record.name === name)) {
      const problem = `Job "${job.key}", ${purpose.value}: its last day ${until} is over, so it cannot be granted.`;
      const remedy = "Set a later date after a review, or take the entry out.";
      findings.push({ code: "ACCESS_FILE_INVALID", mistake: { problem, remedy, place: purpose.place } });
      continue;
    }
    warnings.push(
      `Job "${job.key}", ${purpose.value}: its last day ${until} is over; its access is withdrawn.`,
    );
  }

  for (const { record, key } of recorded) {
    if (unclear.has(record.name)) continue;
    const { name, job, purpose, object, phase } = record;
    const kind = kindOf(record.kind, kinds);
    if (kind === undefined) {
      warnings.push(
        `The access state records a "${record.kind}" for job "${job}", which this version cannot withdraw.`,
      );
      continue;
    }
    const past = expired.get(name);
    // Another object of the same entry is granted in its place: nothing remembers this one.
    const after = past === undefined ? undefined : ("expired" as const);
    const origin = { bundle: record.bundle, target: record.target, jobId: record.jobId };
    const base = { name, origin, job, purpose, kind, object, phase: after };
    if (phase === "expired") {
      if (past === undefined && !wantedBy.has(`${name} ${key}`))
        changes.push({ ...base, action: "record", note: "its expired entry is gone" });
      continue;
    }
    if (wantedBy.has(`${name} ${key}`)) continue;
    const note = past === undefined ? "no longer declared" : `its last day ${past.expired ?? ""} is over`;
    if (wanted.has(key)) {
      changes.push({ ...base, action: "record", note: `${note}, but another entry needs it` });
      continue;
    }
    const { state } = remote(kind, object);
    const gone = state === "absent" || state === "impossible" || state === "foreign";
    changes.push({
      ...base,
      action: gone ? "record" : "withdraw",
      note: gone ? `${note}, and already gone` : note,
    });
  }
  return { changes, findings, warnings };
}
