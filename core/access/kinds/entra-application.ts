import { ApiFailure } from "../../api/client.ts";
import { listAt, textAt, type Json } from "../../api/json.ts";
import { eachInParallel } from "../../api/paging.ts";
import { quote } from "../../base/quote.ts";
import { UUID } from "../../base/uuid.ts";
import { described, object as mapping, placed, required, text, type Placed } from "../../base/yaml/shape.ts";
import type { AccessKind, EntraApis, KindPorts, RemoteState, RemoteView, TrustObject } from "./kind.ts";
import {
  asked,
  impossible,
  presentedIdentity,
  unreadable,
  type Expected,
  type Read,
} from "./presented-identity.ts";

/** The most that one application may have, and its audience in each cloud. Source: learn.microsoft.com, "Workload identity federation considerations". */
const MOST_CREDENTIALS = 20;
const EXCHANGE_AUDIENCE = /^api:\/\/AzureADTokenExchange(?:USGov|China)?$/;

const of = (object: TrustObject, key: string): string => object[key] ?? "";
const markOf = (object: TrustObject): string => `databricks-secretless ${of(object, "name")}`;
const folderOf = (clientId: string): string =>
  `/v1.0/applications(appId='${encodeURIComponent(clientId)}')/federatedIdentityCredentials`;
const pathOf = (object: TrustObject): string =>
  `${folderOf(of(object, "client_id"))}/${encodeURIComponent(of(object, "name"))}`;

async function credentialsOf({ graph }: EntraApis, clientId: string): Promise<Read<readonly Json[]>> {
  const found = await asked(graph, folderOf(clientId));
  if (found === null)
    return unreadable(`Application.ReadWrite.OwnedBy, as an owner of application ${clientId}`);
  if (found === undefined)
    return impossible(
      `The tenant has no app registration with the application ID ${clientId}.`,
      "Correct client_id: it is the application (client) ID of an app registration, not an object ID.",
    );
  return { known: listAt(found, "value") };
}

const nameOf = (credential: Json): string => textAt(credential, "name");
const audiencesOf = (credential: Json): string => listAt(credential, "audiences").map(String).join(", ");

function planOne(object: TrustObject, expected: Read<Expected>, listed: Read<readonly Json[]>): RemoteState {
  if ("unknown" in expected) return expected.unknown;
  if ("unknown" in listed) return listed.unknown;
  const { issuer, subject, audience } = expected.known;
  const own = listed.known.find((one) => nameOf(one) === of(object, "name"));
  const taken = listed.known.find(
    (one) => one !== own && textAt(one, "issuer") === issuer && textAt(one, "subject") === subject,
  );
  const application = `application ${of(object, "client_id")}`;
  if (taken !== undefined)
    return {
      state: "foreign",
      shown: `federated identity credential "${nameOf(taken)}" of ${application} trusts the same issuer and subject`,
    };
  if (own === undefined) {
    if (listed.known.length < MOST_CREDENTIALS) return { state: "absent" };
    const problem = `${application} has ${listed.known.length} federated identity credentials, the most that there may be.`;
    const remedy = "Delete one that nobody needs: az ad app federated-credential list --id <client_id>.";
    return { state: "impossible", mistake: { problem, remedy } };
  }
  if (textAt(own, "description") !== markOf(object))
    return {
      state: "foreign",
      shown: `federated identity credential "${nameOf(own)}" of ${application} is not this product's`,
    };
  const differences = [
    ["issuer", textAt(own, "issuer"), issuer],
    ["subject", textAt(own, "subject"), subject],
    ["audience", audiencesOf(own), audience],
  ].filter(([, is, wanted]) => is !== wanted);
  if (differences.length === 0) return { state: "present" };
  return {
    state: "differs",
    differences: differences.map(([what, is, wanted]) => `${what} is ${is}, not ${wanted}`),
  };
}

async function read(objects: readonly TrustObject[], ports: KindPorts): Promise<RemoteView> {
  const { entra } = ports;
  if (entra === undefined)
    return {
      plan: () => ({ state: "unreadable", missingRight: "the registrar of Entra ID" }),
      notes: () => [],
      granted: () => [],
    };
  const keyOf = (object: TrustObject): string => JSON.stringify([object["credential"], object["audience"]]);
  const presented = new Map(objects.map((object) => [keyOf(object), object]));
  const applications = new Map(objects.map((object) => [of(object, "client_id"), of(object, "client_id")]));
  const [expected, listed] = await Promise.all([
    eachInParallel(presented, (object) => presentedIdentity(ports, entra, object)),
    eachInParallel(applications, (clientId) => credentialsOf(entra, clientId)),
  ]);
  return {
    plan: (object) =>
      planOne(
        object,
        expected.get(keyOf(object)) ?? unreadable("the credential"),
        listed.get(of(object, "client_id")) ?? unreadable("the application"),
      ),
    notes(object) {
      const found = expected.get(keyOf(object));
      if (found === undefined || "unknown" in found) return [];
      const { issuer, subject, audience } = found.known;
      return [
        `application ${of(object, "client_id")} is to trust issuer ${issuer}, subject ${subject}, audience ${audience}`,
      ];
    },
    granted: () => [],
  };
}

/** What is written names exactly what was resolved. @throws ApiFailure where it can no longer be */
async function resolved(ports: KindPorts, entra: EntraApis, object: TrustObject): Promise<Expected> {
  const expected = await presentedIdentity(ports, entra, object);
  if ("known" in expected) return expected.known;
  const { unknown } = expected;
  const why =
    unknown.state === "impossible" ? unknown.mistake.problem : "what the credential presents cannot be read";
  throw new ApiFailure(409, "IDENTITY_UNRESOLVED", why);
}

function connected({ entra }: KindPorts): EntraApis {
  if (entra === undefined) throw new Error("Entra ID is changed by its registrar alone");
  return entra;
}

/** One after the other: writes to one application that meet are refused (409). */
async function apply(objects: readonly TrustObject[], ports: KindPorts): Promise<void> {
  const entra = connected(ports);
  const { graph } = entra;
  for (const object of objects) {
    const { issuer, subject, audience } = await resolved(ports, entra, object);
    const trust = { issuer, subject, audiences: [audience], description: markOf(object) };
    const update = (): Promise<Json> =>
      graph.call({ method: "PATCH", path: pathOf(object), body: trust, repeatable: true });
    const listed = await credentialsOf(entra, of(object, "client_id"));
    const own = "known" in listed && listed.known.find((one) => nameOf(one) === of(object, "name"));
    if (own) await update();
    else {
      const body = { name: of(object, "name"), ...trust };
      await graph.call({ method: "POST", path: folderOf(of(object, "client_id")), body });
    }
  }
}

async function withdraw(objects: readonly TrustObject[], ports: KindPorts): Promise<void> {
  const entra = connected(ports);
  for (const object of objects) {
    const listed = await credentialsOf(entra, of(object, "client_id"));
    if ("unknown" in listed && listed.unknown.state === "impossible") continue;
    const all = "known" in listed ? listed.known : [];
    const own = all.find((one) => nameOf(one) === of(object, "name"));
    // What is gone, or bears another mark, is not ours to delete.
    if ("known" in listed && (own === undefined || textAt(own, "description") !== markOf(object))) continue;
    try {
      await entra.graph.call({ method: "DELETE", path: pathOf(object) });
    } catch (error) {
      if (!(error instanceof ApiFailure) || !error.missing) throw error;
    }
  }
}

interface Spec {
  readonly client_id: Placed<string>;
}

/**
 * A federated identity credential of an app registration, which trusts the managed identity that a Unity Catalog credential
 * presents. Source: Microsoft Graph v1.0, `federatedIdentityCredential`.
 */
export const entraApplication: AccessKind = {
  name: "entra_application",
  provider: "entra",
  needsProvider: true,
  foldsCase: true,
  connect: ({ workspace }) => workspace,
  grant: () => undefined,
  spec: described(
    "An app registration of Entra ID that trusts what the job presents.",
    mapping({
      client_id: required(
        placed(
          text({
            pattern: UUID,
            says: "an application ID (UUID)",
            description: "Application (client) ID of the app registration.",
          }),
        ),
      ),
    }),
  ),
  presents: true,
  marked: true,
  revocation: {
    lag: "Entra ID forgets a credential within minutes; an access token already issued lives on for 60 to 90 minutes",
    hardStop: "disable the application's service principal",
  },
  object(spec, { present, name, entra, report }) {
    const { client_id: clientId } = spec as Spec;
    if (present === undefined || entra === undefined) {
      report({
        problem: present
          ? "Which tenant the application is in is not known."
          : "An application trusts the identity of a Unity Catalog credential alone.",
        expected: present
          ? "providers.entra.tenant_id in the policy"
          : "present: { credential: …, audience: … }",
        place: clientId.place,
      });
      return undefined;
    }
    if (!EXCHANGE_AUDIENCE.test(present.audience)) {
      report({
        problem: `"${quote(present.audience)}" is no audience that an application can trust.`,
        expected: "api://AzureADTokenExchange (that of the cloud)",
        actual: quote(present.audience),
        place: clientId.place,
      });
      return undefined;
    }
    const { tenantId: tenant, authority } = entra;
    const { credential, audience } = present;
    return { client_id: clientId.value.toLowerCase(), tenant, authority, credential, audience, name };
  },
  manifest: ({ client_id = "", tenant = "", authority = "", credential = "", audience = "" }) => ({
    ...{ kind: "entra_application", client_id, tenant, authority },
    present: { credential, audience },
  }),
  resource: (object) => of(object, "client_id"),
  describe: ({ client_id = "", tenant = "", credential = "", audience = "" }) =>
    `trust of application ${client_id} (tenant ${tenant}) in the managed identity of credential "${credential}", audience ${audience}`,
  undoCommand: (object) =>
    `az ad app federated-credential delete --id ${of(object, "client_id")} --federated-credential-id ${of(object, "name")}`,
  batch: (object) => of(object, "client_id"),
  read,
  apply,
  withdraw,
};
