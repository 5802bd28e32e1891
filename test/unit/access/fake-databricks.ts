import { ApiFailure, type ApiRequest, type DatabricksApi } from "../../../core/api/client.ts";
import { type Json, member, textAt } from "../../../core/api/json.ts";
import { FakeData, type Row } from "./fake-data.ts";
import { jobPage, listedJob } from "./fake-jobs.ts";

/** A workspace and account in memory, as far as access needs them; every request is counted. */
export class FakeDatabricks extends FakeData {
  /** A connection as `caller`, through `before` (which may throw, or count). */
  as(
    caller: string,
    before: (request: ApiRequest) => void = () => undefined,
    after: (request: ApiRequest) => void = () => undefined,
  ): DatabricksApi {
    const call = async (request: ApiRequest): Promise<Json> => {
      await Promise.resolve();
      before(request);
      this.requests.push(`${request.method} ${request.path}`);
      try {
        return this.#answer(caller, request);
      } finally {
        after(request);
      }
    };
    return { call };
  }

  #listed(path: string): Json {
    return {
      path,
      object_type: this.objectTypes.get(path) ?? "FILE",
      modified_at: this.written.get(path) ?? null,
    };
  }

  #page(rows: readonly Json[], name: string, query: Readonly<Record<string, string>>): Json {
    const start = Number(query["page_token"] ?? "0");
    const next = start + this.pageSize;
    return {
      [name]: rows.slice(start, next),
      ...(next < rows.length ? { next_page_token: String(next) } : {}),
    };
  }

  #answer(caller: string, { method, path, query = {}, body: sent = {} }: ApiRequest): Json {
    const body = sent as Json;
    for (const [prefix, { status, code }] of this.refusals) {
      if (`${method} ${path}`.startsWith(prefix)) throw new ApiFailure(status, code, `refused: ${code}`);
    }
    if (path.startsWith("/api/2.0/workspace/"))
      return this.#workspace(caller, path.slice("/api/2.0/workspace/".length), query, body);
    if (path.startsWith("/api/2.1/unity-catalog/"))
      return this.#unityCatalog(method, path.slice("/api/2.1/unity-catalog/".length), query, body);
    if (path === "/api/2.0/preview/scim/v2/Me") {
      return {
        userName: caller,
        groups: this.admins.has(caller) ? [{ display: "admins" }] : [{ display: "users" }],
      };
    }
    if (path === "/api/2.0/preview/scim/v2/ServicePrincipals") return this.#servicePrincipals(query);
    if (path === "/api/2.2/jobs/list") return this.#page(this.jobs.map(listedJob), "jobs", query);
    if (path === "/api/2.2/jobs/get") {
      const found = this.jobs.find((job) => textAt(job, "job_id") === query["job_id"]);
      if (found === undefined) throw new ApiFailure(400, "INVALID_PARAMETER_VALUE", "no such job");
      return jobPage(found, Number(query["page_token"] ?? 0));
    }
    if (path === "/api/2.0/token-management/tokens") return { token_infos: this.tokens };
    if (path.startsWith("/api/2.0/settings/types/restrict_workspace_admins/")) {
      if (this.adminStatus === undefined) throw new ApiFailure(404, "NOT_FOUND", "never set");
      return { restrict_workspace_admins: { status: this.adminStatus } };
    }
    if (path === "/api/2.0/preview/scim/v2/Groups")
      return { Resources: [{ members: [...this.admins].map((display) => ({ display })) }] };
    if (path === "/api/2.1/clusters/get") {
      const found = this.clusters.get(query["cluster_id"] ?? "");
      if (found === undefined) throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", "no such cluster");
      return found;
    }
    if (path === "/api/2.0/libraries/cluster-status")
      return { library_statuses: this.libraries.get(query["cluster_id"] ?? "") ?? [] };
    if (path === "/api/2.0/pipelines") return this.#page(this.pipelines, "statuses", query);
    if (path === "/api/2.0/apps") return this.#page(this.apps, "apps", query);
    if (path === "/api/2.0/serving-endpoints") return { endpoints: this.endpoints };
    if (path.endsWith("/access-control/rule-sets")) {
      const principal = this.principals.get(
        /servicePrincipals\/([^/]+)\//.exec(query["name"] ?? "")?.[1] ?? "",
      );
      const holders = { user: principal?.users, manager: principal?.managers };
      const rules = Object.entries(holders).map(([role, principals = []]) => ({
        role: `roles/servicePrincipal.${role}`,
        principals,
      }));
      return { grant_rules: rules };
    }
    const numeric = /servicePrincipals\/([^/]+)\//.exec(path)?.[1];
    const principal = [...this.principals.values()].find((one) => one.id === numeric);
    if (path.endsWith("/credentials/secrets"))
      return { secrets: (principal?.secrets ?? []).map((secret) => ({ id: secret })) };
    if (path.endsWith("/federationPolicies")) return { policies: principal?.policies ?? [] };
    if (path === "/api/2.0/accounts/acc/workspaces") return this.workspaces;
    const workspace = /\/workspaces\/(\d+)\/permissionassignments$/.exec(path)?.[1];
    if (workspace !== undefined) return { permission_assignments: this.assignments.get(workspace) ?? [] };
    const group = /^\/api\/2.0\/accounts\/acc\/scim\/v2\/Groups\/(.+)$/.exec(path)?.[1];
    if (group !== undefined) return { id: group, members: this.groups.get(group) ?? [] };
    if (path === "/api/2.0/permissions/directories/901") return this.#folderPermissions(path, method, body);
    if (path.startsWith("/api/2.0/permissions/")) {
      return { access_control_list: this.permissions.get(path.slice("/api/2.0/permissions/".length)) ?? [] };
    }
    throw new ApiFailure(404, "ENDPOINT_NOT_FOUND", path);
  }

  #servicePrincipals(query: Readonly<Record<string, string>>): Json {
    const wanted = /applicationId eq "([^"]*)"/.exec(query["filter"] ?? "")?.[1];
    const groups = (applicationId: string): Json =>
      this.admins.has(applicationId) ? [{ display: "users" }, { display: "admins" }] : [{ display: "users" }];
    const numbered = [...this.principals].map(([applicationId, { id }]) => ({ applicationId, id }));
    const deployers = [...this.admins, ...this.deployers].map((applicationId) => ({
      applicationId,
      id: "1",
    }));
    const all = [...numbered, ...deployers].map((one) => ({ ...one, groups: groups(one.applicationId) }));
    const start = Number(query["startIndex"] ?? "1") - 1;
    return {
      Resources:
        wanted === undefined
          ? all.slice(start, start + 100)
          : all.filter((one) => one.applicationId === wanted),
    };
  }

  /** In a home its owner and admins write; who has CAN_READ, in `readers`, reads. Elsewhere everybody does both. */
  #guard(caller: string, path: string, operation: string): void {
    const owner = /^\/Workspace\/Users\/([^/]+)/.exec(path)?.[1];
    if (owner === undefined || owner === caller) return;
    const reading = ["export", "list", "get-status"].includes(operation);
    const levels = this.folderLevels.get(caller);
    if (reading && levels !== undefined) return;
    if (levels === "CAN_EDIT" || levels === "CAN_MANAGE") return;
    if (reading) throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", path);
    throw new ApiFailure(403, "PERMISSION_DENIED", path);
  }

  #folderPermissions(path: string, method: string, body: Json): Json {
    const [owner = ""] = [...this.directories].flatMap(
      (one) => /^\/Workspace\/Users\/([^/]+)/.exec(one)?.[1] ?? [],
    );
    if (method === "PATCH")
      for (const entry of (member(body, "access_control_list") as Json[] | undefined) ?? [])
        this.folderLevels.set(textAt(entry, "service_principal_name"), textAt(entry, "permission_level"));
    const entry = (
      name: string,
      level: string,
      inherited: boolean,
      kind = "service_principal_name",
    ): Row => ({
      [kind]: name,
      all_permissions: [{ permission_level: level, inherited }],
    });
    return {
      object_id: path,
      access_control_list: [
        entry(owner, "CAN_MANAGE", true),
        entry("admins", "CAN_MANAGE", true, "group_name"),
        ...[...this.folderLevels].map(([name, level]) => entry(name, level, false)),
      ],
    };
  }

  #workspace(caller: string, operation: string, query: Readonly<Record<string, string>>, body: Json): Json {
    const path = query["path"] ?? textAt(body, "path");
    this.#guard(caller, path, operation);
    switch (operation) {
      case "export": {
        const text = this.files.get(path);
        if (text === undefined) throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", path);
        return { content: Buffer.from(text, "utf8").toString("base64") };
      }
      case "import": {
        if (!this.directories.has(path.slice(0, path.lastIndexOf("/"))))
          throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", path);
        if (member(body, "overwrite") !== true && this.files.has(path))
          throw new ApiFailure(400, "RESOURCE_ALREADY_EXISTS", path);
        this.files.set(path, Buffer.from(textAt(body, "content"), "base64").toString("utf8"));
        this.written.set(path, this.clock.now());
        return {};
      }
      case "delete":
        if (!this.files.delete(path)) throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", path);
        return {};
      case "list": {
        if (!this.directories.has(path)) throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", path);
        const inside = [...this.files.keys()].filter((file) => file.slice(0, file.lastIndexOf("/")) === path);
        return { objects: inside.map((file) => this.#listed(file)) };
      }
      case "get-status":
        if (!path.startsWith("/Workspace/Users/")) return { object_type: "DIRECTORY", object_id: "900" };
        if (!this.directories.has(path)) throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", path);
        return { object_type: "DIRECTORY", object_id: "901" };
      case "mkdirs":
        this.directories.add(path);
        return {};
      default:
        return { object_type: "DIRECTORY", object_id: "900" };
    }
  }

  #unityCatalog(method: string, rest: string, query: Readonly<Record<string, string>>, body: Json): Json {
    if (rest === "metastore_summary") return { owner: this.metastoreOwner };
    if (rest === "credentials") return this.#page([...this.credentials.values()], "credentials", query);
    if (rest.startsWith("volumes/"))
      return { owner: this.volumes.get(decodeURIComponent(rest.slice("volumes/".length))) ?? "" };
    const [kind = "", , encoded] = rest.startsWith("credentials/")
      ? ["credentials", "", rest.slice(12)]
      : rest.split("/");
    const asked = decodeURIComponent(encoded ?? "");
    // Names are not case-sensitive.
    const name =
      [...this.credentials.keys()].find((one) => one.toLowerCase() === asked.toLowerCase()) ?? asked;
    const credential = this.credentials.get(name);
    const rows = this.grants.get(name);
    if (rows !== undefined && kind === "effective-permissions" && rest.includes("/volume/")) {
      const granted = [...rows].map(([principal, set]) => ({
        principal,
        privileges: [...set].map((privilege) => ({ privilege })),
      }));
      return { privilege_assignments: granted };
    }
    if (credential === undefined || rows === undefined)
      throw new ApiFailure(404, "CREDENTIAL_DOES_NOT_EXIST", name);
    if (kind === "credentials") return credential;
    if (kind === "bindings") {
      return this.#page(
        (this.bindings.get(name) ?? []).map((id) => ({ workspace_id: id })),
        "bindings",
        query,
      );
    }
    if (kind === "effective-permissions") {
      const direct = [...rows].map(([principal, set]) => ({
        principal,
        privileges: [...set].map((privilege) => ({ privilege })),
      }));
      return this.#page([...direct, ...this.inherited], "privilege_assignments", query);
    }
    if (method === "PATCH") {
      for (const change of (member(body, "changes") as Json[] | undefined) ?? []) {
        const principal = textAt(change, "principal");
        const set = rows.get(principal) ?? new Set<string>();
        for (const privilege of (member(change, "add") as string[] | undefined) ?? []) set.add(privilege);
        for (const privilege of (member(change, "remove") as string[] | undefined) ?? [])
          set.delete(privilege);
        if (set.size > 0) rows.set(principal, set);
        else rows.delete(principal);
      }
    }
    return this.#page(
      [...rows].map(([principal, set]) => ({ principal, privileges: [...set] })),
      "privilege_assignments",
      query,
    );
  }
}
