import assert from "node:assert/strict";
import type { Apis } from "../../../core/access/kinds/kind.ts";
import { connectDatabricks, type DatabricksApi } from "../../../core/api/client.ts";
import type { Send } from "../../../core/base/ports.ts";
import { systemClock } from "../../../core/base/clock-and-platform.ts";
import { workspaceUrl } from "../../../core/federation/clouds.ts";
import { createSend } from "../../../core/net/send.ts";
import { WORKSPACE_ID } from "../../../sandbox/defaults.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";

const direct = createSend({});

export const connectAt = (host: string, token: string, send: Send = direct): DatabricksApi =>
  connectDatabricks({ host, token: () => Promise.resolve(token), send, clock: systemClock });

/** The sandbox's workspaces and account as one of its principals, with a token of the account. */
export async function sandboxApis(
  { account, tokens, workspace }: Sandbox,
  applicationId: string,
  send?: Send,
): Promise<Apis> {
  const principal = account.principals.withApplicationId(applicationId);
  assert.ok(principal);
  const { host } = workspace;
  const token = await tokens.issue(principal, "account", { iss: `${host}/oidc`, aud: WORKSPACE_ID });
  const at = (url: string): DatabricksApi => connectAt(url, token, send);
  const elsewhere = (name: string): DatabricksApi | undefined => {
    const url = workspaceUrl(host, name);
    return url === undefined ? undefined : at(url);
  };
  return { workspace: at(host), account: at(host), elsewhere };
}
