import { JOB_RUNNER, REPORT_RUNNER } from "../../../../sandbox/defaults.ts";
import {
  addApplication,
  addKept,
  APPLICATION,
  CONNECTION,
  CREDENTIAL,
  EXCHANGE_AUDIENCE,
  IDENTITY_CREDENTIAL,
  playedApplication,
  SECRET,
} from "../../../../sandbox/job-access.ts";
import type { KindRig } from "./rig.ts";

const present = `present: { credential: ${IDENTITY_CREDENTIAL}, audience: "${EXCHANGE_AUDIENCE}" }`;

/** An entry of each kind, by the word for what its code gets. */
export const ENTRIES = {
  vended: `{ purpose: read-hr, unity_catalog_credential: ${CREDENTIAL} }`,
  read: `{ purpose: partner-key, unity_catalog_secret: ${SECRET} }`,
  called: `{ purpose: partner-api, unity_catalog_connection: ${CONNECTION} }`,
  in: `{ purpose: partner-app, ${present}, entra_application: { client_id: ${APPLICATION} } }`,
} as const;
/** Without it the identity is not vended. */
const IDENTITY = `{ purpose: partner-identity, unity_catalog_credential: ${IDENTITY_CREDENTIAL} }`;
export type Gets = keyof typeof ENTRIES;
export const ALL: readonly string[] = [IDENTITY, ...Object.values(ENTRIES)];

/** Everything that the entries name, each with something of somebody else on it. */
export function prepareAll({ sandbox }: KindRig): void {
  const { grants, serviceCredentials } = sandbox.workspace;
  addKept(sandbox);
  grants.grant("secret", SECRET, "auditors", "BROWSE");
  grants.grant("connection", CONNECTION, "auditors", "BROWSE");
  serviceCredentials.add({ name: CREDENTIAL, isolated: true });
  serviceCredentials.grant(CREDENTIAL, "auditors", "BROWSE");
  addApplication(sandbox);
  sandbox.entra.addCredential(APPLICATION, {
    name: "theirs",
    issuer: "https://issuer.example",
    subject: "theirs",
  });
}

/** What the code of the two jobs gets: nightly, report. */
export async function gets({ sandbox }: KindRig): Promise<readonly (readonly string[])[]> {
  const { kept, serviceCredentials } = sandbox.workspace;
  const application = await playedApplication(sandbox);
  return [JOB_RUNNER, REPORT_RUNNER].map(({ applicationId: who }, at) => {
    const played = [
      serviceCredentials.played(CREDENTIAL, who),
      kept.reads(SECRET, who),
      kept.calls(CONNECTION, who),
      application[at] ?? "",
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
    credentials: [CREDENTIAL, IDENTITY_CREDENTIAL].map((name) => serviceCredentials.accessOf(name)),
    application: sandbox.entra.application(APPLICATION)?.credentials.map((one) => ({ ...one })),
  };
}
