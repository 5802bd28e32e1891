import { writeFile } from "node:fs/promises";
import path from "node:path";
import { ACCOUNT_ADMIN } from "../defaults.ts";
import type { ServicePrincipal } from "../identity/principals.ts";
import type { Sandbox } from "../sandbox.ts";

/**
 * Writes the profiles `account` and `workspace` of an admin of each, as after a login in a browser, for
 * `DATABRICKS_CONFIG_FILE`; returns the file.
 */
export async function adminProfiles(sandbox: Sandbox, folder: string): Promise<string> {
  const { account, workspace } = sandbox;
  const workspaceAdmin = account.addServicePrincipal({
    applicationId: "c9b2f6a4-5d13-4e87-90ac-3b1e7d8f2460",
    displayName: "workspace-admin",
    workspaceAdmin: true,
  });
  const admin = account.principals.withApplicationId(ACCOUNT_ADMIN.applicationId);
  if (admin === undefined) throw new Error("the sandbox has no account admin");
  const issue = (principal: ServicePrincipal, host: string): Promise<string> =>
    sandbox.tokens.issue(principal, "account", { iss: host, aud: account.accountId });
  const profiles = [
    ["account", account.host, `account_id = ${account.accountId}\n`, await issue(admin, account.host)],
    ["workspace", workspace.host, "", await issue(workspaceAdmin, workspace.host)],
  ] as const;
  const file = path.join(folder, "databrickscfg");
  const text = profiles.map(
    ([name, host, more, token]) => `[${name}]\nhost = ${host}\n${more}token = ${token}\n`,
  );
  await writeFile(file, text.join("\n"), { mode: 0o600 });
  return file;
}
