import { RefusedFile } from "../../base/checkout-file.ts";
import { SecretlessError } from "../../base/errors.ts";
import { appendOwnFile } from "../../base/written-file.ts";
import type { AuditSink, SinkOptions } from "./sink.ts";

/** The file of the input `audit-log`, JSON Lines: appended to, readable by its owner alone. */
export async function openFile({ file, roots, platform }: SinkOptions): Promise<AuditSink> {
  const take = async (line: string): Promise<void> => {
    try {
      await appendOwnFile(file, line, { roots, platform });
    } catch (error) {
      throw new SecretlessError("AUDIT_LOG_UNWRITABLE", {
        problem: `The audit log ${file} cannot be written.`,
        expected:
          "a path in the checkout or in the CI's temporary folder, with no link in it, on a disk with room",
        actual: error instanceof RefusedFile ? `it ${error.message}` : String(error),
        remedy: "Make room on the disk if it is full; else set the input `audit-log` to such a path.",
        cause: error,
      });
    }
  };
  await take("");
  return { take };
}
