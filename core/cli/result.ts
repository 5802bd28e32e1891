import type { ProcessResult } from "../base/ports.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** How one command of the CLI ended. */
export interface CliResult extends ProcessResult {
  readonly stdout: string;
  readonly diagnostics: readonly Diagnostic[];
  /** The line in which it tells that it crashed. */
  readonly crash?: string;
}
