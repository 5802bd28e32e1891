import { callerOf, type Call } from "../http/call.ts";
import { doesNotExist, permissionDenied } from "../http/reply.ts";
import { cleanPath, type WorkspaceTree } from "./files.ts";
import type { Permissions } from "./permissions.ts";

const RECORDS = "/.databricks-secretless";
const WRITING = new Set(["CAN_EDIT", "CAN_MANAGE"]);

/**
 * Who may do what with the records of access in home folders: owners and workspace admins everything, others what the
 * permissions of a folder above give them. All else in home folders is open in the sandbox.
 */
export class Homes {
  readonly #tree: WorkspaceTree;
  readonly #permissions: () => Permissions;

  constructor(tree: WorkspaceTree, permissions: () => Permissions) {
    this.#tree = tree;
    this.#permissions = permissions;
  }

  /** @throws Refusal 404 for what is hidden from the caller */
  read(call: Call, path: string): void {
    const clean = cleanPath(path);
    if (!clean.includes(RECORDS)) return;
    if (!this.#isOwner(call, clean) && this.#levels(call, clean).length === 0)
      throw doesNotExist(`Path (${clean}) doesn't exist.`);
  }

  /** @throws Refusal 403 */
  write(call: Call, path: string): void {
    const clean = cleanPath(path);
    if (!clean.includes(RECORDS)) return;
    if (this.#isOwner(call, clean) || this.#levels(call, clean).some((level) => WRITING.has(level))) return;
    throw permissionDenied(`${callerOf(call).applicationId} may not change ${clean}.`);
  }

  #isOwner(call: Call, path: string): boolean {
    const owner = /^\/Workspace\/Users\/([^/]+)/.exec(path)?.[1];
    const { applicationId, workspaceAdmin } = callerOf(call);
    return owner === undefined || owner === applicationId || workspaceAdmin;
  }

  #levels(call: Call, path: string): readonly string[] {
    const { applicationId } = callerOf(call);
    const parts = path.split("/");
    return parts.flatMap((_, at) => {
      const folder = this.#tree.get(parts.slice(0, at + 1).join("/") || "/Workspace");
      if (folder?.type !== "DIRECTORY") return [];
      const grants = this.#permissions().of("directories", folder.objectId);
      return grants.filter(({ name }) => name === applicationId).map(({ level }) => level);
    });
  }
}
