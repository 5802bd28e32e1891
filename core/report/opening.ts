import { PRODUCT } from "../base/product.ts";
import type { Ci } from "../ci/ci.ts";
import type { Inputs } from "../ci/inputs/inputs.ts";
import type { Facts } from "./facts.ts";

/**
 * A CI whose lines for the log wait until they are released: what goes on side by side at the start of a run would stand
 * between its first lines.
 */
export function heldBack(ci: Ci): { readonly ci: Ci; readonly release: () => void } {
  const held: string[] = [];
  let holding = true;
  const release = (): void => {
    holding = false;
    for (const line of held.splice(0)) ci.info(line);
  };
  const info = (line: string): void => {
    if (holding) held.push(line);
    else ci.info(line);
  };
  return { ci: { ...ci, info }, release };
}

/** The log begins with what every question about a run begins with: which product, which workspace, who. */
export function logBeginning(ci: Ci, { host, clientId }: Inputs): void {
  ci.info(`Product: ${PRODUCT.name} ${PRODUCT.version}`);
  ci.info(`Workspace: ${host}`);
  ci.info(`Principal: ${clientId}`);
}

/** Goes on with what the sign-in and the search for the CLI have found, and what the job's environment has decided. */
export function logFound(ci: Ci, inputs: Inputs, { idToken, cli }: Facts): void {
  if (idToken) ci.info(`Subject: ${ci.dialect.readable(idToken.subject)}`);
  if (cli) ci.info(`CLI: ${cli.version}, ${cli.file} (${cli.verified})`);
  for (const name of inputs.fromEnvironment)
    ci.info(`${name} of the job's environment counts, as its input is left out.`);
}
