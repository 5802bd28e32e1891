import { isManifestOf, manifestOf, type InForce } from "../../access/apply/in-force.ts";
import type { BundleFacts } from "../../access/bundle-facts.ts";
import type { AccessEntry } from "../../access/files/access-file.ts";
import { MANIFEST_FILE, renderManifest } from "../../access/manifest.ts";
import { SecretlessError } from "../../base/errors.ts";
import { deleteWorkspaceFile, readWorkspaceFile, writeWorkspaceFile } from "../../api/workspace-files.ts";
import { workspaceApi } from "../api.ts";
import type { AccessParts } from "./parts.ts";

interface Kept extends Pick<AccessParts, "step" | "audit" | "connection"> {
  readonly bundle: BundleFacts;
  readonly entries: readonly AccessEntry[];
  /** undefined: nothing is declared, so the file goes. */
  readonly inForce: readonly InForce[] | undefined;
}

/**
 * Makes the manifest beside the deployed sources say what is in force; writes nothing where that changes nothing.
 *
 * The identity that deployed the sources writes it, and no other: where they lie the bundle says, so that one with rights
 * elsewhere (a registrar, a workspace admin) would write there on the author's word.
 * @throws ApiFailure, or SecretlessError `ACCESS_FAILED` where something else has its name
 */
export async function keepManifest({ step, audit, connection, ...kept }: Kept): Promise<void> {
  const { bundle, entries, inForce } = kept;
  const { ci, inputs } = step;
  const caller = { audit, clientId: inputs.clientId, failure: "ACCESS_FAILED" } as const;
  const api = workspaceApi(step, connection.session, caller);
  const path = `${bundle.filePath}/${MANIFEST_FILE}`;
  const there = await readWorkspaceFile(api, path);
  if (inForce === undefined) {
    if (there === undefined || !isManifestOf(bundle, there)) return;
    await deleteWorkspaceFile(api, path);
    ci.info(`Removed ${path}: no access is declared any more.`);
    return;
  }
  const text = renderManifest(manifestOf(bundle, inputs.host, entries, inForce));
  if (text === there) return;
  if (!(await writeWorkspaceFile(api, path, text, true))) {
    throw new SecretlessError("ACCESS_FAILED", {
      problem: `What is at ${path} is no file, so the code of the jobs cannot be told what it may use.`,
      remedy: "Take it away (the name belongs to the access manifest), and deploy again.",
    });
  }
  ci.info(`Wrote ${path}: what the code of each job may use.`);
}
