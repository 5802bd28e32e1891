import type { DatabricksApi } from "../../../core/api/client.ts";
import type { Json } from "../../../core/api/json.ts";
import type { Clock } from "../../../core/base/ports.ts";

/** Time that passes only when somebody sleeps. */
export class FakeClock implements Clock {
  time = Date.parse("2026-11-25T10:00:00Z");
  now(): number {
    return this.time;
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.time += ms;
    await Promise.resolve();
  }
}

export type Row = Record<string, Json>;

/** What a workspace and an account hold, as far as access needs it. */
export class FakeData {
  readonly clock = new FakeClock();
  /** Text of workspace files by path. */
  readonly files = new Map<string, string>();
  /** Of what is listed there and is no file. */
  readonly objectTypes = new Map<string, string>();
  /** When each was written. */
  readonly written = new Map<string, number>();
  readonly directories = new Set<string>(["/state"]);
  readonly credentials = new Map<string, Row>();
  /** Direct grants: credential, principal, privileges. */
  readonly grants = new Map<string, Map<string, Set<string>>>();
  readonly bindings = new Map<string, string[]>();
  readonly inherited: Row[] = [];
  jobs: Row[] = [];
  pipelines: Row[] = [];
  apps: Row[] = [];
  endpoints: Row[] = [];
  readonly principals = new Map<
    string,
    { id: string; users: string[]; managers: string[]; secrets: string[]; policies: Row[] }
  >();
  /** Given besides what homes inherit: level by application ID. */
  readonly folderLevels = new Map<string, string>();
  readonly permissions = new Map<string, Row[]>();
  readonly requests: string[] = [];
  /** Requests that answer with an error instead: "METHOD path" prefix → status and code. */
  readonly refusals = new Map<string, { status: number; code: string }>();
  /** Personal access tokens: `token_id`, `owner_id`, … */
  tokens: Row[] = [];
  /** Status of the setting restrict_workspace_admins; undefined: never set. */
  adminStatus: string | undefined = "RESTRICT_TOKENS_AND_JOB_RUN_AS";
  /** Answers of clusters/get by id, and what is installed on them. */
  readonly clusters = new Map<string, Row>();
  readonly libraries = new Map<string, Row[]>();
  /** Owners of volumes. */
  readonly volumes = new Map<string, string>();
  /** Other workspaces of the account, by deployment name. */
  readonly others = new Map<string, DatabricksApi>();
  /** What the account lists, and who is assigned there: numeric ids of principals and groups. */
  workspaces: Row[] = [{ workspace_id: 111, workspace_name: "lake", deployment_name: "lake" }];
  readonly assignments = new Map<string, Row[]>();
  /** Members of the account's groups, by the group's numeric id. */
  readonly groups = new Map<string, Row[]>();
  admins = new Set<string>();
  /** Service principals that deploy and are no admins. */
  readonly deployers = new Set<string>();
  pageSize = 100;
  metastoreOwner = "metastore-admins";

  addCredential(name: string, row: Row = {}): void {
    this.credentials.set(name, {
      name,
      purpose: "SERVICE",
      owner: "platform",
      isolation_mode: "ISOLATION_MODE_ISOLATED",
      azure_managed_identity: { access_connector_id: `/subscriptions/1/accessConnectors/${name}` },
      ...row,
    });
    this.bindings.set(name, ["111"]);
    this.grants.set(name, new Map());
  }

  addPrincipal(applicationId: string): void {
    this.principals.set(applicationId, {
      id: `7${this.principals.size}`,
      users: [],
      managers: [],
      secrets: [],
      policies: [],
    });
  }

  grant(credential: string, principal: string, privilege = "ACCESS"): void {
    const rows = this.grants.get(credential) ?? new Map<string, Set<string>>();
    rows.set(principal, new Set([...(rows.get(principal) ?? []), privilege]));
    this.grants.set(credential, rows);
  }

  /** Every ACCESS that there is, as sorted "credential principal" lines. */
  accessList(): string[] {
    return [...this.grants]
      .flatMap(([name, rows]) =>
        [...rows].filter(([, set]) => set.has("ACCESS")).map(([who]) => `${name} ${who}`),
      )
      .sort();
  }

  get writes(): string[] {
    return this.requests.filter((request) => !request.startsWith("GET "));
  }
}
