import { SecretlessError, type Mistake } from "./errors.ts";
import type { Host } from "./host.ts";
import { parseDuration, parseNameValueLines } from "./input-values.ts";
import { parseWorkspaceUrl } from "./workspace-url.ts";

export const COMMANDS = ["deploy", "plan"] as const;
export type Command = (typeof COMMANDS)[number];

interface InputDefinition {
  /** One sentence for the manifests and the documentation. */
  readonly description: string;
  readonly required?: true;
  /** The default as it stands in the manifests; the parser applies it too, for hosts that do not. */
  readonly default?: string;
}

/** One table of inputs; action.yml and task.json are tested against it. */
export const INPUTS = {
  command: {
    description:
      "What to do: `deploy` plans and deploys the bundle, `plan` shows what a deployment would change and changes nothing.",
    default: "deploy",
  },
  host: {
    description:
      "URL of the approved workspace. It is never taken from the bundle; a bundle that names another is refused.",
    required: true,
  },
  "client-id": {
    description: "Application ID of the service principal that deploys.",
    required: true,
  },
  audience: {
    description: "Audience of the ID token, if the federation policy does not use the workspace's default.",
  },
  "workspace-id": { description: "Guard: stop if the workspace has another ID." },
  "account-id": { description: "Guard: stop if the workspace belongs to another account." },
  "bundle-root": { description: "Folder of `databricks.yml`, relative to the checkout.", default: "." },
  target: { description: "Target of the bundle; the bundle's own default if absent." },
  variables: { description: "Bundle variables, one `name=value` a line." },
  "auto-approve": {
    description: "`true` allows a deployment that deletes or recreates resources.",
    default: "false",
  },
  timeout: { description: "Limit for the whole step, such as `90m` or `6h`.", default: "6h" },
} as const satisfies Record<string, InputDefinition>;

export type InputName = keyof typeof INPUTS;
export const INPUT_NAMES = Object.keys(INPUTS) as InputName[];

/** All inputs of a run, checked. */
export interface Inputs {
  readonly command: Command;
  /** Origin of the approved workspace, normalised by core/workspace-url.ts. */
  readonly host: string;
  readonly clientId: string;
  readonly audience: string | undefined;
  /** Decimal; from the input or from `?o=` in `host`. */
  readonly workspaceId: string | undefined;
  readonly accountId: string | undefined;
  readonly bundleRoot: string;
  readonly target: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly autoApprove: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

/** A UUID in the form of RFC 9562 section 4. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Reads and checks every input, before any request.
 * @throws SecretlessError `INPUT_INVALID` with all mistakes at once
 */
export function parseInputs(host: Host): Inputs {
  const mistakes: Mistake[] = [];
  const value = (name: InputName): string => {
    const definition: InputDefinition = INPUTS[name];
    return host.input(name) || (definition.default ?? "");
  };
  const wrong = (name: InputName, expected: string, actual: string, remedy?: string): void => {
    mistakes.push({
      problem: `Input \`${host.inputLabel(name)}\` ${actual === "" ? "is missing" : "cannot be used"}.`,
      expected,
      ...(actual === "" ? {} : { actual }),
      ...(remedy === undefined ? {} : { remedy }),
    });
  };
  const optional = (name: InputName): string | undefined => value(name) || undefined;
  const required = (name: InputName, expected: string): string | undefined => {
    const found = optional(name);
    if (found === undefined) wrong(name, expected, "");
    return found;
  };
  const matching = (name: InputName, pattern: RegExp, expected: string): string | undefined => {
    const found = optional(name);
    if (found === undefined || pattern.test(found)) return found;
    wrong(name, expected, found);
    return undefined;
  };
  const oneOf = <const T extends string>(name: InputName, allowed: readonly T[]): T | undefined => {
    const found = value(name);
    const match = allowed.find((one) => one === found);
    if (match === undefined) wrong(name, `one of: ${allowed.join(", ")}`, found);
    return match;
  };
  const flag = (name: InputName): boolean => oneOf(name, ["true", "false"]) === "true";
  const parsed = <T>(name: InputName, parse: (text: string) => T): T | undefined => {
    try {
      return parse(value(name));
    } catch (error) {
      if (!(error instanceof SecretlessError)) throw error;
      const { problem, expected = "", actual = problem, remedy } = error.details;
      wrong(name, expected, actual, remedy);
      return undefined;
    }
  };

  const command = oneOf("command", COMMANDS);
  const hostText = required(
    "host",
    "the URL of the workspace, such as https://adb-1234567890123456.7.azuredatabricks.net",
  );
  const url = hostText === undefined ? undefined : parsed("host", parseWorkspaceUrl);
  const clientIdExpected =
    "the application ID (a UUID) of the service principal, not its name and not its numeric ID";
  required("client-id", clientIdExpected);
  const clientId = matching("client-id", UUID, clientIdExpected);
  const workspaceId = matching("workspace-id", /^\d{1,20}$/, "the numeric workspace ID");
  if (url?.workspaceId !== undefined && workspaceId !== undefined && url.workspaceId !== workspaceId) {
    wrong(
      "workspace-id",
      `${url.workspaceId}, the workspace ID in the URL of \`${host.inputLabel("host")}\``,
      workspaceId,
    );
  }
  const accountId = matching("account-id", UUID, "the account ID (a UUID)");
  const variables = parsed("variables", parseNameValueLines);
  const timeout = parsed("timeout", parseDuration);
  const bundleRoot = value("bundle-root");
  const target = optional("target");
  const audience = optional("audience");
  const autoApprove = flag("auto-approve");

  if (mistakes.length > 0 || !command || !url || !clientId || !variables || !timeout) {
    throw new SecretlessError("INPUT_INVALID", {
      problem:
        mistakes.length === 1
          ? "One input is not right."
          : `${String(mistakes.length)} inputs are not right.`,
      remedy: "Correct them in the pipeline file; nothing was requested or changed.",
      mistakes,
    });
  }
  return {
    command,
    host: url.origin,
    clientId: clientId.toLowerCase(),
    audience,
    workspaceId: workspaceId ?? url.workspaceId,
    accountId: accountId?.toLowerCase() ?? url.accountId,
    bundleRoot,
    target,
    variables,
    autoApprove,
    timeout,
  };
}
