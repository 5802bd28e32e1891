import { listAt } from "../../api/json.ts";
import {
  ADMIN_SETTING,
  GROUP,
  GROUP_RESOURCE,
  GROUPS,
  SERVICE_PRINCIPAL,
  SERVICE_PRINCIPALS,
  TOKEN,
  TOKENS,
} from "../../api/shapes.ts";
import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import { isAbsentFeature, readBy, type Eyes, type Reading, type When } from "./reading.ts";

/** A personal access token; its value is nobody's business. */
export interface TokenFacts {
  readonly id: string;
  /** Numeric SCIM id of whom it makes its holder. */
  readonly ownerId: string;
  /** User name or application ID of whoever made it. */
  readonly createdBy: string;
}

/**
 * Every personal access token of the workspace: one request, for all jobs. Source: Token management API,
 * `GET /api/2.0/token-management/tokens`, for workspace admins alone.
 */
export function readTokens<W extends When>(eyes: Eyes<W>): Promise<Reading<readonly TokenFacts[], W>> {
  return readBy(eyes, "workspace admin (the list of personal access tokens)", async ({ workspace }) => {
    const path = "/api/2.0/token-management/tokens";
    const answer = await unlessAbsent(workspace.call({ method: "GET", path }));
    return TOKENS.list(answer, "token_infos").map((token) => ({
      id: TOKEN.text(token, "token_id"),
      ownerId: TOKEN.text(token, "owner_id"),
      createdBy: TOKEN.text(token, "created_by_username"),
    }));
  });
}

export interface AdminFacts {
  /** Whether admins need servicePrincipal.user to make a token of a principal, or to make it a job's owner. */
  readonly restricted: boolean;
  /** Members of the group `admins`, as far as they can be read. */
  readonly names: readonly string[];
}

const SHOWN = 10;

/**
 * Whether who deploys is a workspace admin: then code of the bundle may change every job, permission and record. One request,
 * none where the deployer looks itself. Source: SCIM `GET /api/2.0/preview/scim/v2/ServicePrincipals`, its `groups`, which workspace
 * admins are shown.
 */
export function readDeployer<W extends When>(eyes: Eyes<W>, deployer: string): Promise<Reading<boolean, W>> {
  return readBy(eyes, "workspace admin (the groups of the deployer)", (reader) => {
    if (reader.applicationId === deployer.toLowerCase()) return Promise.resolve(reader.admin);
    return reader.admin ? isAdmin(reader.workspace, deployer) : undefined;
  });
}

async function isAdmin(api: DatabricksApi, applicationId: string): Promise<boolean> {
  const path = "/api/2.0/preview/scim/v2/ServicePrincipals";
  const query = { filter: `applicationId eq "${applicationId}"`, attributes: "applicationId,groups" };
  const answer = await api.call({ method: "GET", path, query });
  const found = listAt(answer, SERVICE_PRINCIPALS.key("Resources"));
  if (found.length === 0) throw new ApiFailure(404, "NOT_FOUND", "there is no such service principal");
  return found
    .flatMap((one) => SERVICE_PRINCIPAL.list(one, "groups"))
    .some((group) => GROUP.text(group, "display") === "admins");
}

/** Two requests, for all jobs. Source: settings API `restrict_workspace_admins`; never set, it is ALLOW_ALL. */
export function readAdmins<W extends When>(eyes: Eyes<W>): Promise<Reading<AdminFacts, W>> {
  return readBy(eyes, "workspace admin (the setting restrict_workspace_admins)", async ({ workspace }) => {
    const path = "/api/2.0/settings/types/restrict_workspace_admins/names/default";
    const [setting, names] = await Promise.all([
      unlessAbsent(workspace.call({ method: "GET", path }), ({ missing }) => missing),
      admins(workspace),
    ]);
    const status = ADMIN_SETTING.text(setting, "restrict_workspace_admins", "status");
    return { restricted: status === "RESTRICT_TOKENS_AND_JOB_RUN_AS", names };
  });
}

async function admins(api: DatabricksApi): Promise<readonly string[]> {
  const query = { filter: 'displayName eq "admins"', attributes: "members" };
  try {
    const answer = await api.call({ method: "GET", path: "/api/2.0/preview/scim/v2/Groups", query });
    const members = listAt(answer, GROUPS.key("Resources")).flatMap((group) =>
      GROUP_RESOURCE.list(group, "members"),
    );
    const names = members.map((member) => GROUP.text(member, "display") || GROUP.text(member, "value"));
    const more = names.length - SHOWN;
    return more > 0 ? [...names.slice(0, SHOWN), `${more} more`] : names;
  } catch (error) {
    // Who they are is told where it can be; that they are is said in any case.
    if (error instanceof ApiFailure) return [];
    throw error;
  }
}

async function unlessAbsent<T>(answer: Promise<T>, isAbsent = isAbsentFeature): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiFailure && isAbsent(error)) return undefined;
    throw error;
  }
}
