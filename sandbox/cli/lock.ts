import { randomUUID } from "node:crypto";
import { parseJson, textOf } from "../http/json.ts";
import { objectOf } from "./config-file.ts";
import { CliFailure } from "./diagnostics.ts";
import type { Session } from "./session.ts";

/**
 * Acts while `deploy.lock` is held, and releases it in any case. Whoever could write it without overwriting holds it; it
 * never expires.
 * @throws CliFailure that names the holder
 */
export async function holdingLock({ bundle, files }: Session, act: () => Promise<void>): Promise<void> {
  const path = `${bundle.paths.state}/deploy.lock`;
  const time = new Date().toISOString();
  const lock = { ID: randomUUID(), AcquisitionTime: time, IsForced: false, User: bundle.userName };
  if (!(await files.write(path, Buffer.from(JSON.stringify(lock)), false))) {
    const { User: user, AcquisitionTime: since } = objectOf(
      parseJson((await files.read(path))?.toString("utf8") ?? "{}"),
    );
    const reason =
      `deploy lock acquired by ${textOf(user)} at ${textOf(since).replace("T", " ").replace("Z", " +0000 UTC")}.\n` +
      "Another deployment may be in progress. Use --force-lock to override, but this may\n" +
      "conflict with the other deployment if it is still active";
    throw new CliFailure(`Failed to acquire deployment lock: ${reason}`, reason);
  }
  try {
    await act();
  } finally {
    // Destroying takes it away with its folder.
    if ((await files.status(path)) !== undefined) await files.delete(path);
  }
}
