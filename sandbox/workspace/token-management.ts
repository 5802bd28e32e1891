import { randomUUID } from "node:crypto";
import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { textOf } from "../http/json.ts";
import { doesNotExist, ok, permissionDenied, type Reply } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";

interface PersonalToken {
  readonly id: string;
  readonly value: string;
  /** Numeric SCIM ids. */
  readonly ownerId: string;
  readonly createdById: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

const LIFE = 30 * 86_400_000;

/**
 * Personal access tokens, those on behalf of service principals included, and the setting that takes from workspace admins
 * the right to make them. All of it is for workspace admins; the setting is changed by account admins.
 */
export class TokenManagement {
  readonly #all = new Map<string, PersonalToken>();
  readonly #context: WorkspaceContext;
  /** `restrict_workspace_admins`; never set, every workspace admin may make tokens of every principal. */
  restricted = false;

  constructor(context: WorkspaceContext) {
    this.#context = context;
  }

  routes(): Route[] {
    const tokens = "/api/2.0/token-management/tokens";
    const setting = "/api/2.0/settings/types/restrict_workspace_admins/names/default";
    return [
      { method: "GET", pattern: tokens, access: "read", handle: (call) => this.#list(call) },
      {
        method: "DELETE",
        pattern: `${tokens}/{id}`,
        access: "read",
        handle: (call) => {
          mustBeAdmin(call);
          const found = this.#all.get(call.params["id"] ?? "");
          if (found === undefined) throw doesNotExist("Token does not exist.");
          this.#context.tokens.revoke(found.value);
          this.#all.delete(found.id);
          return ok();
        },
      },
      {
        method: "POST",
        pattern: "/api/2.0/token-management/on-behalf-of/tokens",
        access: "read",
        handle: (call) => this.#create(call),
      },
      {
        method: "GET",
        pattern: setting,
        access: "read",
        handle: (call) => {
          mustBeAdmin(call);
          const status = this.restricted ? "RESTRICT_TOKENS_AND_JOB_RUN_AS" : "ALLOW_ALL";
          return ok({ restrict_workspace_admins: { status }, etag: "1", setting_name: "default" });
        },
      },
    ];
  }

  #list(call: Call): Reply {
    mustBeAdmin(call);
    const infos = [...this.#all.values()].map((token) => ({
      token_id: token.id,
      owner_id: BigInt(token.ownerId),
      created_by_id: BigInt(token.createdById),
      created_by_username: token.createdBy,
      creation_time: token.createdAt,
      expiry_time: token.expiresAt,
      workspace_id: BigInt(this.#context.workspaceId),
    }));
    return ok({ token_infos: infos });
  }

  #create(call: Call): Reply {
    const caller = mustBeAdmin(call);
    const applicationId = textOf(jsonBody(call)["application_id"]);
    const owner = this.#context.principals.withApplicationId(applicationId);
    if (owner === undefined) throw doesNotExist(`Service principal ${applicationId} not found`);
    if (this.restricted) {
      throw permissionDenied("Workspace admins are restricted from creating tokens of service principals.");
    }
    const createdAt = this.#context.clock.now();
    const expiresAt = createdAt + LIFE;
    const value = this.#context.tokens.personal(applicationId, expiresAt);
    const id = randomUUID();
    const by = { createdById: caller.id, createdBy: caller.applicationId };
    this.#all.set(id, { id, value, ownerId: owner.id, ...by, createdAt, expiresAt });
    return ok({ token_value: value, token_info: { token_id: id, owner_id: BigInt(owner.id) } });
  }
}

function mustBeAdmin(call: Call): ReturnType<typeof callerOf> {
  const caller = callerOf(call);
  if (!caller.workspaceAdmin) throw permissionDenied("Only workspace admins may manage tokens.");
  return caller;
}
