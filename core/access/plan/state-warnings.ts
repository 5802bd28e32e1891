import type { AccessKind, RemoteView, TrustObject } from "../kinds/kind.ts";
import type { KnownState } from "../state/known.ts";
import { objectKey } from "../state/record.ts";

export interface StateFacts {
  readonly known: KnownState;
  readonly views: ReadonlyMap<AccessKind, RemoteView>;
  /** The run-as principals of the bundle's jobs. */
  readonly principals: readonly string[];
  /** What is declared or recorded. */
  readonly objects: readonly { readonly kind: AccessKind; readonly object: TrustObject }[];
}

/** What the records do not tell, or tell of an earlier version. */
export function stateWarnings({ known, views, principals, objects }: StateFacts): readonly string[] {
  const ours = new Set(objects.map(({ kind, object }) => objectKey(kind.name, object)));
  const warnings = [...views].flatMap(([kind, view]) =>
    view
      .granted(new Set(principals))
      .filter((object) => !ours.has(objectKey(kind.name, object)))
      .map(
        (object) =>
          `${kind.describe(object)} is there, and neither declared nor recorded: if nobody needs it, ${kind.undoCommand(object)}`,
      ),
  );
  const { state, legacy } = known;
  if (!state.readable && ours.size > 0)
    warnings.push(
      "What is recorded is not readable here: what will be withdrawn is shown when access is registered.",
    );
  if (legacy !== undefined)
    warnings.push(
      "The access state that an earlier version kept beside the bundle's own is taken over, as far as the workspace bears it out, and then removed.",
    );
  if (legacy !== undefined && legacy.doubtful.length > 0)
    warnings.push(
      `Not taken over from it, because it is about no job of this bundle: ${legacy.doubtful.slice(0, 10).join(", ")}.`,
    );
  return warnings;
}
