import { findCli } from "../cli/find.ts";
import { installCli } from "../cli/install/install.ts";
import { createTerminate } from "../cli/process.ts";
import { checkVersion } from "../cli/version.ts";
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
 * pinned default, installed.
 * @param cwd any folder outside the checkout
 */
export async function findTool(step: Step, cwd: string): Promise<FoundCli> {
  const { ports, signal } = step;
  const tool = step.inputs.cliVersion === undefined ? await onPath(step) : await installed(step);
  const terminate = createTerminate(ports);
  const path = ports.environment["PATH"];
  const env = path === undefined ? {} : { PATH: path };
  const { version, warning } = await checkVersion({ ...ports, terminate, file: tool.file, env, cwd, signal });
  if (tool.version !== undefined && tool.version !== version) throw otherVersion(tool.version, version);
  if (warning !== undefined) warn(step, warning);
  return { version, file: tool.file, verified: tool.verified, pinned: tool.version !== undefined };
}

async function onPath(step: Step): Promise<Tool> {
  const { ci, ports } = step;
  try {
    const { file, notes } = await findCli({ ...ports, checkout: ci.context.checkout });
    for (const note of notes) ci.info(note);
    return { file, verified: "from PATH, not verified" };
  } catch (error) {
    if (!(error instanceof SecretlessError) || error.code !== "CLI_NOT_FOUND") throw error;
    ci.info(`${error.message} The pinned release is installed.`);
    return installed(step);
  }
}

async function installed({ ci, inputs, ports, signal }: Step): Promise<Tool> {
  const { toolCache, tempFolder, checkout } = ci.context;
  const cli = await installCli(
    {
      version: inputs.cliVersion,
      mirror: inputs.cliMirror,
      sha256: inputs.cliSha256,
      toolCache,
      tempFolder,
      checkout,
      signal,
    },
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
