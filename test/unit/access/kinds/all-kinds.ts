import { JOB_RUNNER, REPORT_RUNNER, WORKSPACE_ID } from "../../../../sandbox/defaults.ts";
import type { KindRig } from "./rig.ts";

export const SECRET = "main.crm.partner_key";
export const CONNECTION = "partner_api";
export const CREDENTIAL = "hr-graph-prod";

/** An entry of each kind, by the word for what its code gets. */
export const ENTRIES = {
  vended: `{ purpose: read-hr, unity_catalog_credential: ${CREDENTIAL} }`,
  read: `{ purpose: partner-key, unity_catalog_secret: ${SECRET} }`,
  called: `{ purpose: partner-api, unity_catalog_connection: ${CONNECTION} }`,
} as const;
export type Gets = keyof typeof ENTRIES;
export const ALL: readonly string[] = Object.values(ENTRIES);

/** Everything that the entries name, each with something of somebody else on it. */
export function prepareAll({ sandbox }: KindRig): void {
  const { kept, grants, unityCatalog, serviceCredentials } = sandbox.workspace;
  unityCatalog.addSchema("main.crm");
  unityCatalog.isolateCatalog("main", [WORKSPACE_ID]);
  kept.addSecret(SECRET, "sandbox-partner-key-4711");
  kept.addConnection(CONNECTION);
  grants.grant("catalog", "main", "account users", "USE_CATALOG");
  grants.grant("schema", "main.crm", "account users", "USE_SCHEMA");
  grants.grant("secret", SECRET, "auditors", "BROWSE");
  grants.grant("connection", CONNECTION, "auditors", "BROWSE");
  serviceCredentials.add({ name: CREDENTIAL, isolated: true });
  serviceCredentials.grant(CREDENTIAL, "auditors", "BROWSE");
}

/** What the code of the two jobs gets: nightly, report. */
export function gets({ sandbox }: KindRig): readonly (readonly Gets[])[] {
  const { kept, serviceCredentials } = sandbox.workspace;
  return [JOB_RUNNER, REPORT_RUNNER].map(({ applicationId: who }) => {
    const played = [
      serviceCredentials.played(CREDENTIAL, who),
      kept.reads(SECRET, who),
      kept.calls(CONNECTION, who),
    ];
    return played.filter((one) => one !== "refused");
  });
}

/** All that there is on the objects of the entries, whoever it belongs to. */
export function everything({ sandbox }: KindRig): unknown {
  const { grants, serviceCredentials } = sandbox.workspace;
  const rows = (type: string, name: string): unknown =>
    [...grants.of(type, name)].map(([who, privileges]) => [who, [...privileges].sort()]).sort();
  return {
    secret: rows("secret", SECRET),
    connection: rows("connection", CONNECTION),
    schema: rows("schema", "main.crm"),
    catalog: rows("catalog", "main"),
    credential: serviceCredentials.accessOf(CREDENTIAL),
  };
}
