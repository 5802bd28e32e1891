import { WHO_AM_I } from "../../api/workspace.ts";
import { GROUP, ME } from "../../api/shapes.ts";
import type { Apis } from "../kinds/kind.ts";
import { ApiFailure, type DatabricksApi } from "../../api/client.ts";

/** Whether the bundle is yet to be deployed as declared, or is. After the deployment nothing can be read later. */
export type When = "before" | "after";

/**
 * A fact for a check: known, not readable with the rights at hand, or, before the deployment alone, readable only after
 * it; `passing` where it is an outage that hides it. `when` of what is later has no value after the deployment, so nobody can make one there.
 */
export type Reading<T, W extends When = When> =
  | { readonly state: "known"; readonly value: T }
  | { readonly state: "unknown"; readonly missingRight: string; readonly passing?: true }
  | { readonly state: "later"; readonly why: string; readonly when: W & "before" };

export const known = <T>(value: T): { readonly state: "known"; readonly value: T } => ({
  state: "known",
  value,
});

export const unknown = (missingRight: string, passing = false): Reading<never, never> => ({
  state: "unknown",
  missingRight,
  ...(passing && { passing }),
});

/** Whether it is the server's trouble of the moment, and no answer about rights. */
export const isPassing = ({ status }: ApiFailure): boolean => status === 429 || status >= 500;

/** An identity that may read, with its connection. */
export interface Reader {
  readonly workspace: DatabricksApi;
  /** The account's host; undefined without `account-id` or a way to sign in there. */
  readonly account: DatabricksApi | undefined;
  /** Another workspace of the account, by its deployment name; undefined where that makes no address. */
  readonly elsewhere: Apis["elsewhere"];
  /** Application ID of the identity. */
  readonly applicationId: string;
  readonly groups: readonly string[];
  /** Workspace admins see every job, pipeline, app and endpoint; others see what was shared with them. */
  readonly admin: boolean;
}

/** Who the caller is. Source: SCIM `GET /api/2.0/preview/scim/v2/Me`. */
export async function openReader(apis: Apis): Promise<Reader> {
  const { workspace } = apis;
  const me = await workspace.call({ method: "GET", path: WHO_AM_I });
  const groups = ME.list(me, "groups").map((group) => GROUP.text(group, "display"));
  const applicationId = (ME.text(me, "applicationId") || ME.text(me, "userName")).toLowerCase();
  return { ...apis, applicationId, groups, admin: groups.includes("admins") };
}

/** Whose eyes the proof has, the registrar's first. */
export interface Eyes<W extends When = When> {
  readonly readers: readonly Reader[];
  /** "before" where what these cannot read is read by the registrar after the deployment. */
  readonly later: (W & "before") | undefined;
}

export function unreadable<W extends When>(
  eyes: Eyes<W>,
  missingRight: string,
  passing = false,
): Reading<never, W> {
  return eyes.later === undefined
    ? unknown(missingRight, passing)
    : { state: "later", why: "the registrar reads it after the deployment", when: eyes.later };
}

/** An API that this workspace does not have lists nothing. */
const ABSENT_FEATURE: ReadonlySet<string> = new Set(["ENDPOINT_NOT_FOUND", "FEATURE_DISABLED"]);
export const isAbsentFeature = (failure: ApiFailure): boolean => ABSENT_FEATURE.has(failure.errorCode);

/** The first reader that may read it decides; what no reader may is unreadable. */
export async function readBy<T, W extends When>(
  eyes: Eyes<W>,
  missingRight: string,
  read: (reader: Reader) => Promise<T> | undefined,
): Promise<Reading<T, W>> {
  let answered = "";
  let passing = false;
  for (const reader of eyes.readers) {
    const pending = read(reader);
    if (pending === undefined) continue;
    try {
      return known(await pending);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      passing = isPassing(error);
      answered = error.refused ? "" : ` (the API answered ${error.status} ${error.errorCode})`;
    }
  }
  return unreadable(eyes, `${missingRight}${answered}`, passing);
}

/** Whether the reader is, or is in, the principal of that name. */
export function isReader(reader: Reader, principal: string): boolean {
  return principal.toLowerCase() === reader.applicationId || reader.groups.includes(principal);
}
