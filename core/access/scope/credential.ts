import { shellQuoted } from "../../base/shell-quoted.ts";
import { METASTORE } from "../../api/shapes.ts";
import { eachInParallel } from "../../api/paging.ts";
import {
  effectiveGrants,
  readSecurables,
  securableKey,
  shown,
  type Around,
  type Binding,
  type EffectiveGrant,
  type Securable,
} from "../kinds/securable.ts";
import { broken, judge, proven, unproven, type Point, type Verdict } from "./proof.ts";
import { isReader, known, readBy, unreadable, type Eyes, type Reading, type When } from "./reading.ts";

/** Who can use a securable (present a credential's identity, read a secret), as one who sees every grant sees it. */
export interface SecurableUsers extends Securable {
  /** The cloud identity behind it; "" if none is known. */
  readonly identity: string;
  readonly binding: Binding;
  readonly around: readonly Around[];
  readonly users: readonly EffectiveGrant[];
  /** Owners, holders of MANAGE and metastore admins: they can grant themselves. */
  readonly managers: readonly string[];
}

/** The metastore's owner, whose members see and use every credential; "" if it cannot be read. */
export async function readMetastoreOwner(eyes: Eyes): Promise<string> {
  const path = "/api/2.1/unity-catalog/metastore_summary";
  const owner = await readBy(eyes, "metastore", async ({ workspace }) =>
    METASTORE.text(await workspace.call({ method: "GET", path }), "owner"),
  );
  return owner.state === "known" ? owner.value : "";
}

/**
 * Reads who can use each securable, by {@link securableKey}. The listing of grants proves that there is nobody else only for
 * its owner, holders of MANAGE, and metastore admins. Requests: the object, pages of its grants and bindings, and of those of
 * the schema and catalog around it.
 */
export async function readSecurableUsers<W extends When>(
  eyes: Eyes<W>,
  securables: readonly Securable[],
  metastoreOwner: string,
): Promise<ReadonlyMap<string, Reading<SecurableUsers, W>>> {
  const distinct = new Map(securables.map((one) => [securableKey(one), one]));
  const read = async (securable: Securable): Promise<Reading<SecurableUsers, W>> => {
    const { of, name } = securable;
    const right = `MANAGE on ${shown(securable)}, or metastore admin`;
    for (const reader of eyes.readers) {
      const reading = (await readSecurables(reader.workspace, [securable])).get(securableKey(securable));
      if (reading?.state !== "read") continue;
      const effective = await readBy({ ...eyes, readers: [reader] }, right, ({ workspace }) =>
        effectiveGrants(workspace, name, of.type),
      );
      if (effective.state !== "known") continue;
      const managing = effective.value
        .filter(({ privilege }) => privilege === "MANAGE")
        .map(({ principal }) => principal);
      const { owners, identity, binding, around } = reading.facts;
      const outer = around.map(({ owner = "" }) => owner);
      const all = [...owners, ...outer, metastoreOwner, ...managing];
      const managers = [...new Set(all)].filter((one) => one !== "");
      if (!managers.some((manager) => isReader(reader, manager))) continue;
      const users = effective.value.filter(({ privilege }) => of.using.has(privilege));
      return known({ ...securable, identity, binding, around, users, managers });
    }
    return unreadable(eyes, right);
  };
  return eachInParallel(distinct, read);
}

export function shownUsers(users: readonly EffectiveGrant[]): string {
  return users
    .map(({ principal, privilege, inheritedFrom }) => {
      const from = inheritedFrom === "" ? "" : `, from ${inheritedFrom}`;
      return `${principal || "a deleted principal"} (${privilege}${from})`;
    })
    .join(", ");
}

function exclusive(
  { of, name, users, managers, around }: SecurableUsers,
  allowed: ReadonlySet<string>,
): Verdict<never> {
  const what = shown({ of, name });
  const strangers = users.filter((user) => !allowed.has(user.principal.toLowerCase()));
  if (strangers.length > 0)
    return broken(
      `${what} can also be used by ${shownUsers(strangers)}`,
      `Revoke it from them, or give the job its own ${of.type} instead of "${name}".`,
    );
  const hidden = around
    .filter(({ owner }) => owner === undefined)
    .map((one) => `the owner of ${one.type} "${one.name}", who could not be read,`);
  const residual = [...managers, ...hidden].map((who) => `${who} could grant itself "${name}"`);
  return proven(`no other user of ${what}`, [...residual, ...of.residual(name)]);
}

function isolated<W extends When>(
  { of, name, binding }: SecurableUsers,
  workspaceId: string,
  eyes: Pick<Eyes<W>, "later">,
): Verdict<W> {
  const what = shown({ of, name });
  switch (binding.state) {
    case "unbindable":
      return proven(
        `a ${of.type} of the metastore cannot be bound to a workspace: in others it is this principal's alone, too`,
      );
    case "unread":
      return judge<never, W>(unreadable({ readers: [], later: eyes.later }, binding.missingRight), () =>
        proven(""),
      );
    case "open":
      return unproven(
        `${binding.what === what ? what : `${what} is in ${binding.what}, which`} is open to every workspace of the metastore`,
        `Isolate it and bind it to this workspace: ${isolateCommand(binding.what)}`,
      );
    case "isolated": {
      const others = binding.workspaces.filter((id) => id !== workspaceId);
      return others.length === 0
        ? proven(`${binding.what} is bound to this workspace alone`)
        : unproven(
            `${binding.what} can also be used in workspace ${others.join(", ")}`,
            "Bind it to this workspace alone: what runs in the others was not read.",
          );
    }
  }
}

/** @param what such as `catalog "main"` */
function isolateCommand(what: string): string {
  const [type = "", name = ""] = what.replaceAll('"', "").split(" ");
  return type === "catalog"
    ? `databricks catalogs update ${shellQuoted(name)} --isolation-mode ISOLATED`
    : `databricks credentials update-credential ${shellQuoted(name)} --isolation-mode ISOLATION_MODE_ISOLATED`;
}

/** @param allowed application IDs in lower case that the claim is about */
export function credentialPoints<W extends When>(
  readings: readonly Reading<SecurableUsers, W>[],
  allowed: ReadonlySet<string>,
  { workspaceId, eyes }: { readonly workspaceId: string; readonly eyes: Pick<Eyes<W>, "later"> },
): readonly Point<W>[] {
  if (readings.length === 0) return [{ point: "credential-users", ...proven("no credential is used") }];
  return readings.flatMap((reading): readonly Point<W>[] => [
    {
      point: "credential-users",
      ...judge<SecurableUsers, W>(reading, (users) => exclusive(users, allowed)),
    },
    {
      point: "isolation",
      ...judge<SecurableUsers, W>(reading, (users) => isolated(users, workspaceId, eyes)),
    },
  ]);
}
