import { listAt, member, members, textAt, type Json } from "../../api/json.ts";
import { aroundOf, securableKey, shown, type EffectiveGrant, type Securable } from "../kinds/securable.ts";
import { shownUsers } from "./credential.ts";
import { broken, type Point } from "./proof.ts";

/**
 * The `grants:` of one resource of the bundle. They are the whole list of what is granted on it: each deployment takes
 * everything else away.
 */
export interface BundleGrants {
  /** Such as `resources.schemas.crm`. */
  readonly resource: string;
  /** As {@link securableKey} spells it: "schema main.crm". */
  readonly key: string;
  readonly grants: readonly { readonly principal: string; readonly privilege: string }[];
}

/** Resources that can have grants on what access goes through, with the fields that make their full names. */
const NAMED: Readonly<Record<string, readonly [type: string, ...fields: readonly string[]]>> = {
  catalogs: ["catalog", "name"],
  schemas: ["schema", "catalog_name", "name"],
  secrets: ["secret", "catalog_name", "schema_name", "name"],
  connections: ["connection", "name"],
  credentials: ["credential", "name"],
};

const spelled = (privilege: Json): string =>
  typeof privilege === "string" ? privilege.toUpperCase().replaceAll(" ", "_") : "";

/** What the bundle itself says about grants on what its jobs may be granted. */
export function bundleGrants(config: Json): readonly BundleGrants[] {
  return Object.entries(NAMED).flatMap(([folder, [type, ...fields]]) =>
    members(member(config, "resources", folder)).flatMap(([key, resource]): BundleGrants[] => {
      if (member(resource, "grants") === undefined) return [];
      const name = fields.map((field) => textAt(resource, field)).join(".");
      const grants = listAt(resource, "grants").flatMap((grant) =>
        listAt(grant, "privileges").map((privilege) => ({
          principal: textAt(grant, "principal"),
          privilege: spelled(privilege),
        })),
      );
      return [{ resource: `resources.${folder}.${key}`, key: `${type} ${name.toLowerCase()}`, grants }];
    }),
  );
}

/** What the bundle says of a securable, and of the schema and catalog that it is in. */
function saidOf(securable: Securable, all: readonly BundleGrants[]): readonly BundleGrants[] {
  const outer = aroundOf(securable.name).map(({ type, name }) => `${type} ${name.toLowerCase()}`);
  const keys = [securableKey(securable), ...outer];
  return all.filter(({ key }) => keys.includes(key));
}

/** The users that remain once the bundle is deployed as it says. */
export function usersRemaining(
  securable: Securable,
  users: readonly EffectiveGrant[],
  all: readonly BundleGrants[],
): readonly EffectiveGrant[] {
  const own = securableKey(securable);
  const replaced = new Set(saidOf(securable, all).map(({ key }) => (key === own ? "" : key)));
  return users.filter(({ inheritedFrom }) => !replaced.has(inheritedFrom.toLowerCase()));
}

/** Who else will use it by grants of the bundle's own. @param allowed application IDs in lower case */
export function lentByBundle(
  securables: readonly Securable[],
  all: readonly BundleGrants[],
  allowed: ReadonlySet<string>,
): readonly Point<never>[] {
  return securables.flatMap((securable) => {
    const strangers = saidOf(securable, all).flatMap(({ resource, grants }) =>
      grants
        .filter(({ privilege }) => securable.of.using.has(privilege))
        .filter(({ principal }) => !allowed.has(principal.toLowerCase()))
        .map((grant) => ({ ...grant, inheritedFrom: `${resource} of the bundle` })),
    );
    if (strangers.length === 0) return [];
    const says = `${shown(securable)} could also be used by ${shownUsers(strangers)}`;
    return [{ point: "credential-users" as const, ...broken(says, "Take these grants out of the bundle.") }];
  });
}
