import type { Clock } from "../../core/base/ports.ts";
import type { AccessTokens } from "../identity/access-tokens.ts";
import { Counter } from "../identity/counter.ts";
import type { Principals } from "../identity/principals.ts";

/** What the areas of a workspace share. */
export interface WorkspaceContext {
  readonly clock: Clock;
  /** Base URL of the workspace. */
  readonly host: string;
  readonly workspaceId: string;
  readonly principals: Principals;
  readonly tokens: AccessTokens;
  readonly ids: WorkspaceIds;
}

/** A counter for each kind of id; all ids are texts of digits. */
export interface WorkspaceIds {
  readonly jobs: Counter;
  readonly runs: Counter;
  readonly objects: Counter;
}

/** Real ids reach 7e18; with `big` they start just below 2^53 and no later one fits a double. */
export function workspaceIds(big: boolean): WorkspaceIds {
  const start = big ? 2n ** 53n - 1n : 528_910_734_205_101n;
  const step = big ? 2n : 1n;
  return {
    jobs: new Counter(start, step),
    runs: new Counter(start + 200_000n, step),
    objects: new Counter(start + 400_000n, step),
  };
}
