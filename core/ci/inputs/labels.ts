import type { Ci } from "../ci.ts";
import { INPUT_NAMES, type InputName } from "./table.ts";

/**
 * A text with the inputs under the names that users of this CI write. The texts of core name them in backticks as
 * GitHub does, alone or with a value: `auto-approve`, `auto-approve: true`.
 */
export function withInputLabels(text: string, ci: Pick<Ci, "inputLabel">): string {
  return text.replace(/`([a-z][a-z0-9-]*)(?=[`:])/g, (whole, name: string) =>
    isInputName(name) ? `\`${ci.inputLabel(name)}` : whole,
  );
}

function isInputName(name: string): name is InputName {
  return (INPUT_NAMES as readonly string[]).includes(name);
}
