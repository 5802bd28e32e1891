import { AZURE_DEVOPS } from "./azure-devops/dialect.ts";
import type { Dialect } from "./dialect.ts";
import { GITHUB } from "./github/dialect.ts";

/**
 * Every CI. Which one a run is in, its shell says (`Ci.dialect`); of all of them are the rules that hold wherever it
 * runs: credentials and log markers of one CI are handled as such in the others, too.
 */
export const DIALECTS: readonly Dialect[] = [GITHUB, AZURE_DEVOPS];
