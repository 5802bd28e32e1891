import { stat } from "node:fs/promises";
import { SecretlessError } from "../base/errors.ts";
import type { Platform } from "../base/ports.ts";

/** A program as it was when it was found. */
export interface ProgramFile {
  /** Absolute path. */
  readonly file: string;
  /** Of {@link programMark}. */
  readonly mark: string;
}

/**
 * What tells a program from another one that was put in its place, without reading it: stat(2), where nobody but the kernel
 * sets the time of the last change of its status. Windows sets its own one when it runs a program.
 * @returns "" if there is no such file
 */
export async function programMark(file: string, { os }: Platform): Promise<string> {
  try {
    const { size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [size, mtimeNs, ...(os === "win32" ? [] : [ctimeNs])].join(" ");
  } catch {
    return "";
  }
}

/**
 * Code of the bundle runs as the user who may replace the CLI: what came after it would be done, and told, by another program.
 * @throws SecretlessError `CLI_HASH_MISMATCH`
 */
export async function refuseReplaced({ file, mark }: ProgramFile, platform: Platform): Promise<void> {
  if ((await programMark(file, platform)) === mark) return;
  throw new SecretlessError("CLI_HASH_MISMATCH", {
    problem: "The Databricks CLI was replaced or changed while this step used it.",
    expected: "the file that this step has found or installed",
    actual: `another one at ${file}`,
    remedy:
      "Find out who changed it: code of the bundle (`experimental.scripts`, build commands) runs as the same user. On a runner that " +
      "outlives the job, remove the file. If it was updated just then, run this step again.",
  });
}
