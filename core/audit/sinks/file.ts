import { appendFile } from "node:fs/promises";
import { SecretlessError } from "../../base/errors.ts";
import type { AuditSink, SinkOptions } from "./sink.ts";

/** The file of the input `audit-log`, JSON Lines: appended to, readable by its owner alone. */
export async function openFile({ file }: SinkOptions): Promise<AuditSink> {
  const take = async (line: string): Promise<void> => {
    try {
      await appendFile(file, line, { mode: 0o600 });
    } catch (error) {
      throw new SecretlessError("AUDIT_LOG_UNWRITABLE", {
        problem: `The audit log ${file} cannot be written.`,
        actual: error instanceof Error ? error.message : String(error),
        remedy: "Set the input `audit-log` to a path that may be written.",
        cause: error,
      });
    }
  };
  await take("");
  return { take };
}
