import { shellQuoted } from "../../base/shell-quoted.ts";
import { METASTORE } from "../../api/shapes.ts";
import { inParallel } from "../../api/paging.ts";
import { effectiveGrants, readCredentials } from "../kinds/unity-catalog-credential.ts";
import { broken, judge, proven, unproven, type Point } from "./proof.ts";
import { isReader, known, readBy, unreadable, type Eyes, type Reading, type When } from "./reading.ts";

/** Somebody who can present the credential's identity; `inheritedFrom` is "" if granted on it. */
export interface CredentialUser {
  readonly principal: string;
  readonly privilege: string;
  readonly inheritedFrom: string;
}

/** Who can use a service credential, as one who sees every grant sees it. */
export interface CredentialUsers {
  readonly name: string;
  readonly identity: string;
  readonly isolated: boolean;
  /** Workspaces that an isolated credential is bound to. */
  readonly workspaces: readonly string[];
  readonly users: readonly CredentialUser[];
  /** Owners, holders of MANAGE and metastore admins: they can grant themselves. */
  readonly managers: readonly string[];
}

/** Vending, and signing in with it through a connection. */
const USING: ReadonlySet<string> = new Set(["ACCESS", "ALL_PRIVILEGES", "CREATE_CONNECTION"]);

/** The metastore's owner, whose members see and use every credential; "" if it cannot be read. */
export async function readMetastoreOwner(eyes: Eyes): Promise<string> {
  const path = "/api/2.1/unity-catalog/metastore_summary";
  const owner = await readBy(eyes, "metastore", async ({ workspace }) =>
    METASTORE.text(await workspace.call({ method: "GET", path }), "owner"),
  );
  return owner.state === "known" ? owner.value : "";
}

/**
 * Reads who can use each credential. The listing of grants proves that there is nobody else only for its owner, holders
 * of MANAGE, and metastore admins. Requests: the credential, and pages of its grants and bindings.
 */
export async function readCredentialUsers<W extends When>(
  eyes: Eyes<W>,
  names: readonly string[],
  metastoreOwner: string,
): Promise<ReadonlyMap<string, Reading<CredentialUsers, W>>> {
  const distinct = [...new Set(names)];
  const right = (name: string): string => `MANAGE on credential "${name}", or metastore admin`;
  const read = async (name: string): Promise<Reading<CredentialUsers, W>> => {
    for (const reader of eyes.readers) {
      const facts = (await readCredentials(reader.workspace, [name])).get(name);
      if (facts?.state !== "read") continue;
      const effective = await readBy({ ...eyes, readers: [reader] }, right(name), ({ workspace }) =>
        effectiveGrants(workspace, name),
      );
      if (effective.state !== "known") continue;
      const managing = effective.value
        .filter(({ privilege }) => privilege === "MANAGE")
        .map(({ principal }) => principal);
      const { owner, identity, isolated, workspaces } = facts.facts;
      const managers = [...new Set([owner, metastoreOwner, ...managing])].filter((one) => one !== "");
      if (!managers.some((manager) => isReader(reader, manager))) continue;
      const users = effective.value.filter(({ privilege }) => USING.has(privilege));
      return known({ name, identity, isolated, workspaces, users, managers });
    }
    return unreadable(eyes, right(name));
  };
  const readings = await inParallel(distinct, read);
  return new Map(distinct.map((name, index) => [name, readings[index] ?? unreadable(eyes, right(name))]));
}

export function shownUsers(users: readonly CredentialUser[]): string {
  return users
    .map(({ principal, privilege, inheritedFrom }) => {
      const from = inheritedFrom === "" ? "" : `, from ${inheritedFrom}`;
      return `${principal || "a deleted principal"} (${privilege}${from})`;
    })
    .join(", ");
}

/** @param allowed application IDs in lower case that the claim is about */
export function credentialPoints<W extends When>(
  readings: readonly Reading<CredentialUsers, W>[],
  allowed: ReadonlySet<string>,
  workspaceId: string,
): readonly Point<W>[] {
  if (readings.length === 0) return [{ point: "credential-users", ...proven("no credential is used") }];
  return readings.flatMap((reading): readonly Point<W>[] => [
    {
      point: "credential-users",
      ...judge<CredentialUsers, W>(reading, ({ name, users, managers }) => {
        const strangers = users.filter((user) => !allowed.has(user.principal.toLowerCase()));
        if (strangers.length > 0) {
          const says = `credential "${name}" can also be used by ${shownUsers(strangers)}`;
          return broken(
            says,
            `Revoke it from them, or give the job its own credential instead of "${name}".`,
          );
        }
        const residual = managers.map((who) => `${who} could grant itself "${name}"`);
        return proven(`no other user of credential "${name}"`, residual);
      }),
    },
    {
      point: "isolation",
      ...judge<CredentialUsers, W>(reading, ({ name, isolated, workspaces }) => {
        const update = `databricks credentials update-credential ${shellQuoted(name)} --isolation-mode ISOLATION_MODE_ISOLATED`;
        if (!isolated) {
          return unproven(
            `credential "${name}" is open to every workspace of the metastore`,
            `Isolate it and bind it to this workspace: ${update}`,
          );
        }
        const others = workspaces.filter((id) => id !== workspaceId);
        return others.length === 0
          ? proven(`credential "${name}" is bound to this workspace alone`)
          : unproven(
              `credential "${name}" can also be used in workspace ${others.join(", ")}`,
              "Bind it to this workspace alone: what runs in the others was not read.",
            );
      }),
    },
  ]);
}
