import type { DatabricksApi } from "../../api/client.ts";
import { readJson, textAt } from "../../api/json.ts";
import { readWorkspaceFile, writeWorkspaceFile } from "../../api/workspace-files.ts";
import { SecretlessError } from "../../base/errors.ts";
import type { BundleFacts } from "../bundle-facts.ts";

/**
 * Beside the bundle's own state: who registers the access of this deployment, where that is not the identity that deploys. A later
 * run that is not given the policy finds the records by it. Code of the bundle can take it away; then the registrar's own
 * sweep is what withdraws.
 */
export const registrarNotePath = ({ statePath }: Pick<BundleFacts, "statePath">): string =>
  `${statePath}/access-registrar.json`;

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Application ID of the registrar; "" where the note does not say; undefined without a note. One request. */
export async function readRegistrarNote(
  api: DatabricksApi,
  bundle: BundleFacts,
): Promise<string | undefined> {
  const text = await readWorkspaceFile(api, registrarNotePath(bundle));
  if (text === undefined) return undefined;
  try {
    const registrar = textAt(readJson(text), "registrar").toLowerCase();
    return UUID.test(registrar) ? registrar : "";
  } catch {
    return "";
  }
}

/**
 * Writes the note, unless it is there.
 * @throws SecretlessError `ACCESS_FAILED` where something else has its name
 */
export async function noteRegistrar(
  api: DatabricksApi,
  bundle: BundleFacts,
  registrarId: string,
): Promise<void> {
  if ((await readRegistrarNote(api, bundle)) === registrarId) return;
  const path = registrarNotePath(bundle);
  if (await writeWorkspaceFile(api, path, `${JSON.stringify({ registrar: registrarId })}\n`, true)) return;
  throw new SecretlessError("ACCESS_FAILED", {
    problem: `What is at ${path} is no file, so that it cannot be noted who registers access.`,
    remedy: "Take it away, and deploy again.",
  });
}
