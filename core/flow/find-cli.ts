import { findCli } from "../cli/find.ts";
import { installCli } from "../cli/install/install.ts";
import { fittingVersion } from "../cli/install/pinned.ts";
import { releasePlatform } from "../cli/install/release.ts";
import { createTerminate } from "../cli/process.ts";
import { programMark } from "../cli/program-file.ts";
import { checkVersion, MINIMUM } from "../cli/version.ts";
import { allows, compareReleases } from "../cli/version-constraint.ts";
import { SecretlessError } from "../base/errors.ts";
import { warn, type Step } from "./step.ts";

/** The Databricks CLI that the run uses. */
export interface FoundCli {
  /** Absolute path. */
  readonly file: string;
  readonly version: string;
  /** How it is known to be the vendor's, for the report. */
  readonly verified: string;
  /** Whether it was installed by its hash. */
  readonly pinned: boolean;
  /** Of {@link programMark}. */
  readonly mark: string;
}

interface Tool {
  /** Absolute path. */
  readonly file: string;
  /** How it is known to be the vendor's, for the report. */
  readonly verified: string;
  /** The version that it must have, if it was installed. */
  readonly version?: string;
}

/**
 * The Databricks CLI to use, its version checked: with `cli-version` exactly that one, else the one on PATH, else the
 * pinned default, installed. Where the bundle does not allow that one, a pinned version that it allows is installed.
 * @param cwd any folder outside the checkout
 * @param constraint `bundle.databricks_cli_version`
 */
export async function findTool(step: Step, cwd: string, constraint?: string): Promise<FoundCli> {
  const { ci, inputs } = step;
  if (inputs.cliVersion !== undefined) return checked(step, cwd, await installed(step, inputs.cliVersion));
  const tool = await onPath(step);
  const fitting = fittingOf(step, constraint);
  if (tool === undefined) return checked(step, cwd, await installed(step, fitting));
  const found = await checked(step, cwd, tool);
  if (constraint === undefined || fitting === undefined || allows(constraint, found.version) !== false)
    return found;
  ci.info(
    `The bundle wants the Databricks CLI ${constraint}, and ${found.file} is ${found.version}: ${fitting} is installed.`,
  );
  return checked(step, cwd, await installed(step, fitting));
}

/** The version to install; undefined for the default. With a hash of their own the user means the default. */
function fittingOf({ inputs, ports }: Step, constraint: string | undefined): string | undefined {
  if (constraint === undefined || inputs.cliSha256 !== undefined) return undefined;
  const fits = (version: string): boolean =>
    compareReleases(version.split(".").map(Number), MINIMUM) >= 0 && allows(constraint, version) === true;
  return fittingVersion(fits, releasePlatform(ports.platform));
}

async function checked(step: Step, cwd: string, tool: Tool): Promise<FoundCli> {
  const { ports, signal } = step;
  const terminate = createTerminate(ports);
  const mark = await programMark(tool.file, ports.platform);
  const path = ports.environment["PATH"];
  const env = path === undefined ? {} : { PATH: path };
  const { version, warning } = await checkVersion({ ...ports, terminate, file: tool.file, env, cwd, signal });
  if (tool.version !== undefined && tool.version !== version) throw otherVersion(tool.version, version);
  if (warning !== undefined) warn(step, warning);
  return { version, file: tool.file, verified: tool.verified, pinned: tool.version !== undefined, mark };
}

async function onPath(step: Step): Promise<Tool | undefined> {
  const { ci, ports } = step;
  try {
    const { file, notes } = await findCli({ ...ports, checkout: ci.context.checkout });
    for (const note of notes) ci.info(note);
    return { file, verified: "from PATH, not verified" };
  } catch (error) {
    if (!(error instanceof SecretlessError) || error.code !== "CLI_NOT_FOUND") throw error;
    ci.info(`${error.message} A pinned release is installed.`);
    return undefined;
  }
}

async function installed({ ci, inputs, ports, signal }: Step, version: string | undefined): Promise<Tool> {
  const { toolCache, tempFolder, checkout } = ci.context;
  const { cliMirror: mirror, cliSha256: sha256 } = inputs;
  const cli = await installCli(
    { version, mirror, sha256, toolCache, tempFolder, checkout, signal },
    { ...ports, log: (line) => ci.info(line) },
  );
  return { file: cli.file, version: cli.version, verified: `${cli.verified}, from ${cli.from}` };
}

function otherVersion(wanted: string, found: string): SecretlessError {
  return new SecretlessError("CLI_HASH_MISMATCH", {
    problem: "The archive of the Databricks CLI holds another version than it was taken for.",
    expected: wanted,
    actual: found,
    remedy: "Give `cli-sha256` the hash of the archive of `cli-version`.",
  });
}
