import path from "node:path";
import { SecretlessError } from "../base/errors.ts";
import { callError } from "../api/client.ts";
import { readBundleSettings } from "../bundle/settings.ts";
import { deployedBundle } from "../flow/access/deployed-bundle.ts";
import type { CommandContext } from "./command.ts";

/**
 * The command `access`: makes the access of the deployed jobs what is declared, as the registrar. It starts no process, and
 * takes from the bundle what its files say literally.
 */
export async function registerAccess(context: CommandContext): Promise<void> {
  const { step, api, access, connection, variables } = context;
  const { ci, inputs, ports, found } = step;
  const settings = await readBundleSettings({
    root: path.resolve(ci.context.checkout, inputs.bundleRoot),
    checkout: ci.context.checkout,
    platform: ports.platform,
    asked: inputs.target,
    variables,
  });
  const { name, target } = settings;
  const bundle = await deployedBundle(api, settings, connection.workspaceId ?? "").catch((error: unknown) => {
    throw error instanceof SecretlessError ? error : callError("The look at what is deployed", error);
  });
  found({ bundle: { name, target } });
  await access.register(bundle);
}
