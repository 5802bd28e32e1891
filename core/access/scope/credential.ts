import { METASTORE } from "../../api/shapes.ts";
import { inParallel } from "../../api/paging.ts";
import { effectiveGrants, readCredentials } from "../kinds/unity-catalog-credential.ts";
import { isReader, readBy, unreadable, type Eyes, type Reading } from "./reading.ts";

/** Who can use a service credential, as one who sees every grant sees it. */
export interface CredentialUsers {
  readonly name: string;
  /** Principals that can vend it, with the place that the privilege is inherited from ("" if granted on it). */
  readonly users: readonly {
    readonly principal: string;
    readonly privilege: string;
    readonly inheritedFrom: string;
  }[];
  /** Owners, holders of MANAGE and metastore admins: they can grant themselves. */
  readonly managers: readonly string[];
}

const VENDING: ReadonlySet<string> = new Set(["ACCESS", "ALL_PRIVILEGES"]);

/**
 * Reads who can use each credential. The listing of grants proves that there is nobody else only for its owner, holders
 * of MANAGE, and metastore admins.
 */
export async function readCredentialUsers(
  eyes: Eyes,
  names: readonly string[],
): Promise<ReadonlyMap<string, Reading<CredentialUsers>>> {
  const distinct = [...new Set(names)];
  const right = (name: string): string => `MANAGE on credential "${name}", or metastore admin`;
  const metastoreOwner = await readBy(eyes, "metastore", async ({ workspace }) =>
    METASTORE.text(
      await workspace.call({ method: "GET", path: "/api/2.1/unity-catalog/metastore_summary" }),
      "owner",
    ),
  );
  const admin = metastoreOwner.state === "known" ? metastoreOwner.value : "";
  const readings = await inParallel(distinct, async (name) => {
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
      const managers = [...new Set([facts.facts.owner, admin, ...managing])].filter(
        (manager) => manager !== "",
      );
      if (!managers.some((manager) => isReader(reader, manager))) continue;
      const users = effective.value.filter(({ privilege }) => VENDING.has(privilege));
      return { state: "known", value: { name, users, managers } } as const;
    }
    return unreadable<CredentialUsers>(eyes, right(name));
  });
  return new Map(distinct.map((name, index) => [name, readings[index] as Reading<CredentialUsers>]));
}
