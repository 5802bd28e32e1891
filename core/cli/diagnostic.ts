import type { Place } from "../base/errors.ts";

/** One message of the CLI. */
export interface Diagnostic {
  readonly severity: "error" | "warning" | "recommendation";
  readonly text: string;
  /** Path in the bundle's configuration, such as `resources.jobs.nightly`. */
  readonly path?: string;
  /** As the CLI prints it: relative to the bundle, or absolute where it names the file in its text. */
  readonly place?: Place;
  /** Where else, as of a key that is given twice. */
  readonly alsoAt?: readonly Place[];
  /** The first paragraph of what the CLI says beyond `text`; it may have several lines. */
  readonly detail?: string;
}
