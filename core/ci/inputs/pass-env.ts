import { SecretlessError } from "../../base/errors.ts";
import type { Dialect } from "../dialect.ts";
import { DIALECTS } from "../index.ts";

/** `ProgramFiles(x86)` is a name, too. */
const NAME = /^[A-Z_][\w()]*$/i;

/** Settings of the CLI that choose neither host, identity, target nor state. */
const SETTINGS_OF_THE_CLI =
  /^DATABRICKS_(?:RATE_LIMIT$|TF_|CLI_(?:DISABLE_)?TELEMETRY|BUNDLE_(?:ENGINE|RESTRICTED_CODE_EXECUTION|RETRY_INTERVAL_MS|HTTP_TIMEOUT_SECONDS|RESOURCE_MAX_WAIT)$)/;

const OTHER_CREDENTIAL =
  "a credential of another kind than the federated one: the bundle could use it instead";

/** What never reaches the CLI and the bundle's code, by name, beside what is a credential in a CI. */
const FAMILIES: Dialect["credentials"] = [
  [/^DATABRICKS_/, "set by this step, or another way to choose host, identity, target or state"],
  [/^ARM_|^(?:IDENTITY|MSI)_|^AZURE_(?:CLIENT_|FEDERATED_|USERNAME|PASSWORD|CREDENTIALS)/, OTHER_CREDENTIAL],
  [/^AZURE_(?:TENANT_ID|CONFIG_DIR|AUTHORITY_HOST)$/, OTHER_CREDENTIAL],
  [/^AWS_(?!(?:DEFAULT_)?REGION$)/, OTHER_CREDENTIAL],
  [/^(?:GOOGLE|GCLOUD|CLOUDSDK|GCP)_/, OTHER_CREDENTIAL],
  [/^VAULT_TOKEN/, OTHER_CREDENTIAL],
];

/**
 * Names of variables that the CLI and the bundle's build may have, separated by white space or commas; each once, as
 * written. Letter case does not count when a name is refused.
 * @throws SecretlessError `INPUT_INVALID` that names every refused one with the reason
 */
export function parsePassEnv(text: string, dialects: readonly Dialect[] = DIALECTS): string[] {
  const families = [...dialects.flatMap(({ credentials }) => credentials), ...FAMILIES];
  const names = [...new Set(text.split(/[\s,]+/).filter((name) => name !== ""))];
  const refused = names.flatMap((name) => {
    const reason = reasonAgainst(name, families);
    return reason === undefined ? [] : [`${JSON.stringify(name.slice(0, 60))} is ${reason}`];
  });
  if (refused.length === 0) return names;
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not names of variables that may be passed on",
    expected: "names of variables, no credentials of an identity, separated by white space or commas",
    actual: refused.join("; "),
    remedy: "Take them out. The step's own identity is all that the CLI and the bundle's code need.",
  });
}

/** Whether `pass-env` takes this name. */
export function isPassable(name: string, dialects: readonly Dialect[] = DIALECTS): boolean {
  return (
    reasonAgainst(name, [...dialects.flatMap(({ credentials }) => credentials), ...FAMILIES]) === undefined
  );
}

function reasonAgainst(name: string, families: Dialect["credentials"]): string | undefined {
  if (!NAME.test(name)) return "no name of a variable";
  const folded = name.toUpperCase();
  if (SETTINGS_OF_THE_CLI.test(folded)) return undefined;
  return families.find(([family]) => family.test(folded))?.[1];
}
