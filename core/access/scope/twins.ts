import type { Json } from "../../api/json.ts";
import { CREDENTIAL, CREDENTIALS } from "../../api/shapes.ts";
import { inParallel, listAll } from "../../api/paging.ts";
import { effectiveGrants, type EffectiveGrant } from "../kinds/securable.ts";
import { identityOf } from "../kinds/unity-catalog-credential.ts";
import { shownUsers, type SecurableUsers } from "./credential.ts";
import { broken, judge, proven, unproven, type Point, type Verdict } from "./proof.ts";
import { isReader, known, readBy, unreadable, type Eyes, type Reading, type When } from "./reading.ts";

/** A credential with the same cloud identity as another one. */
export interface Twin<W extends When = When> {
  readonly name: string;
  readonly identity: string;
  readonly storage: boolean;
  readonly users: Reading<readonly EffectiveGrant[], W>;
}

export interface TwinFacts<W extends When = When> {
  /** That the listing shows every credential of the metastore: to its admins alone. */
  readonly complete: Reading<true, W>;
  readonly twins: readonly Twin<W>[];
}

/** Privileges that let nobody use the identity. */
const HARMLESS: ReadonlySet<string> = new Set(["BROWSE", "MANAGE"]);

/**
 * Looks for other credentials, of either purpose, behind the same identities. Requests: pages of one listing, and pages
 * of the grants of each twin. Source: `GET /api/2.1/unity-catalog/credentials`.
 */
export async function readTwins<W extends When>(
  eyes: Eyes<W>,
  identities: ReadonlyMap<string, string>,
  metastoreOwner: string,
): Promise<Reading<TwinFacts<W>, W>> {
  if (identities.size === 0) return known({ complete: known(true), twins: [] });
  const isAdmin = eyes.readers.filter((reader) => metastoreOwner !== "" && isReader(reader, metastoreOwner));
  const right = "metastore admin (anybody else is shown only some credentials)";
  const complete: Reading<true, W> = isAdmin.length > 0 ? known(true) : unreadable(eyes, right);
  const readers = isAdmin.length > 0 ? isAdmin : eyes.readers;
  const path = "/api/2.1/unity-catalog/credentials";
  const query = { max_results: "0", include_unbound: "true" };
  const listed = await readBy({ ...eyes, readers }, right, ({ workspace }) =>
    listAll(workspace, path, CREDENTIALS.key("credentials"), query),
  );
  if (listed.state !== "known") return listed;
  const wanted = new Set(identities.values());
  const held = listed.value.filter((info) => wanted.has(identityOf(info)));
  const alone = (info: Json): boolean =>
    held.every((other) => other === info || identityOf(other) !== identityOf(info));
  const isOwn = (info: Json): boolean => identities.has(CREDENTIAL.text(info, "name").toLowerCase());
  const same = held.filter((info) => !isOwn(info) || !alone(info));
  const found = await inParallel(same, async (info): Promise<Twin<W>> => {
    const name = CREDENTIAL.text(info, "name");
    const storage = CREDENTIAL.text(info, "purpose") !== "SERVICE";
    const type = storage ? "storage_credential" : "credential";
    const manage = `MANAGE on credential "${name}", or metastore admin`;
    const grants = await readBy({ ...eyes, readers }, manage, ({ workspace }) =>
      effectiveGrants(workspace, name, type),
    );
    const users =
      grants.state === "known"
        ? known(grants.value.filter(({ privilege }) => !HARMLESS.has(privilege)))
        : grants;
    return { name, identity: identityOf(info), storage, users };
  });
  return known({ complete, twins: found });
}

function ofTwin<W extends When>(
  { name, storage, users }: Twin<W>,
  own: string,
  allowed: ReadonlySet<string>,
): Verdict<W> {
  return judge<readonly EffectiveGrant[], W>(users, (all) => {
    const strangers = all.filter(({ principal }) => !allowed.has(principal.toLowerCase()));
    const what = `${storage ? "storage credential" : "credential"} "${name}" has the identity of "${own}"`;
    const remedy = `Give "${own}" an identity of its own, or delete "${name}".`;
    if (strangers.length > 0) return broken(`${what}, and can be used by ${shownUsers(strangers)}`, remedy);
    // External locations use a storage credential for whoever may use them.
    if (storage) return unproven(`${what}, and external locations may use it`, remedy);
    return proven(`${what}, without other users`, [`whoever manages "${name}" could grant it`]);
  });
}

/** @param allowed application IDs in lower case that the claim is about */
export function twinPoints<W extends When>(
  credentials: readonly Reading<SecurableUsers, W>[],
  facts: Reading<TwinFacts<W>, W>,
  allowed: ReadonlySet<string>,
): readonly Point<W>[] {
  // What is no credential has no identity that another could stand behind.
  const relevant = credentials.filter(
    (reading) => reading.state !== "known" || reading.value.of.type === "credential",
  );
  if (relevant.length === 0) return [{ point: "twins", ...proven("no credential is used") }];
  return relevant.flatMap((reading): readonly Point<W>[] => {
    if (reading.state !== "known") {
      return [{ point: "twins", ...judge<SecurableUsers, W>(reading, () => proven("")) }];
    }
    const { name, identity } = reading.value;
    if (identity === "") {
      const says = `the cloud identity of credential "${name}" is of no known form`;
      return [{ point: "twins", ...unproven(says, "Use a managed identity, a role or a service account.") }];
    }
    if (facts.state !== "known") {
      return [{ point: "twins", ...judge<TwinFacts<W>, W>(facts, () => proven("")) }];
    }
    const { complete, twins } = facts.value;
    const outside = `whatever else holds ${identity} outside Databricks is not seen`;
    const listing = judge<true, W>(complete, () =>
      proven(`the listing of credentials behind the identity of "${name}" is complete`, [outside]),
    );
    const found = twins.filter((twin) => twin.identity === identity && twin.name.toLowerCase() !== name);
    const points = found.map((twin): Point<W> => ({ point: "twins", ...ofTwin(twin, name, allowed) }));
    return [{ point: "twins", ...listing }, ...points];
  });
}
