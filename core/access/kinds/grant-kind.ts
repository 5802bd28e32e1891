import { ApiFailure } from "../../api/client.ts";
import { quote } from "../../base/quote.ts";
import { shellQuoted } from "../../base/shell-quoted.ts";
import { placed, text, type Placed } from "../../base/yaml/shape.ts";
import type { ManifestGrant } from "../manifest.ts";
import type { AccessKind, RemoteState, RemoteView, KindPorts, TrustObject } from "./kind.ts";
import {
  isGranted,
  permissionsPath,
  readSecurables,
  securableKey,
  shown,
  type Binding,
  type Securable,
  type SecurableClass,
  type SecurableFacts,
  type SecurableReading,
} from "./securable.ts";

/** What a kind says of itself besides the class of objects that it grants on. */
export interface GrantKind extends Pick<AccessKind, "name" | "revocation" | "reach"> {
  readonly of: SecurableClass;
  /** What stands under the kind's key, for its schema. */
  readonly description: string;
  /** Full names of one exact object. */
  readonly pattern: RegExp;
  readonly expected: string;
  readonly manifest: (name: string) => ManifestGrant;
}

function planOne(
  reading: SecurableReading | undefined,
  of: SecurableClass,
  object: TrustObject,
  workspaceId: string,
): RemoteState {
  if (reading === undefined || reading.state === "unreadable")
    return { state: "unreadable", missingRight: reading?.missingRight ?? `MANAGE on the ${of.type}` };
  if (reading.state === "impossible") {
    const { problem, remedy } = reading;
    return { state: "impossible", mistake: { problem, remedy } };
  }
  const { facts } = reading;
  if (isGranted(facts, object["principal"] ?? "")) return { state: "present" };
  const { binding } = facts;
  if (binding.state !== "isolated" || binding.workspaces.includes(workspaceId)) return { state: "absent" };
  const body = `{"add":[{"workspace_id":${workspaceId}}]}`;
  const where = binding.what.startsWith(of.type) ? "" : ` ${shown(facts)} is in it.`;
  const target = binding.what.replace(/"(.*)"/, (_, named: string) => shellQuoted(named));
  const problem = `${capital(binding.what)} is isolated and not bound to workspace ${workspaceId}.${where}`;
  const remedy = `Bind it: databricks workspace-bindings update-bindings ${target} --json ${shellQuoted(body)}`;
  return { state: "impossible", mistake: { problem, remedy } };
}

const capital = (word: string): string => `${word[0]?.toUpperCase() ?? ""}${word.slice(1)}`;

function bindingNote(binding: Binding): readonly string[] {
  switch (binding.state) {
    case "isolated":
      return [`${binding.what} is isolated, bound to workspace ${binding.workspaces.join(", ")}`];
    case "open":
      return [`${binding.what} is not isolated: every workspace of the metastore can use it`];
    default:
      return [];
  }
}

/** Everybody is in this group of the account. */
const EVERYBODY = "account users";

/** What else is needed to use an object in a schema, where the principal is not seen to have it. */
function usageNotes({ around }: SecurableFacts, principal: string): readonly string[] {
  return around.flatMap(({ type, name, users }) => {
    if (users === undefined || users.has(principal) || users.has(EVERYBODY)) return [];
    const privilege = type === "schema" ? "USE_SCHEMA" : "USE_CATALOG";
    const body = JSON.stringify({ changes: [{ principal, add: [privilege] }] });
    const grant = `databricks grants update ${type} ${shellQuoted(name)} --json ${shellQuoted(body)}`;
    const words = privilege.replaceAll("_", " ");
    return [`${principal} also needs ${words} on ${type} "${name}", by a group or by \`${grant}\``];
  });
}

/** A kind that grants the privilege of a class of securables to the job's run-as service principal. */
export function grantKind(about: GrantKind): AccessKind {
  const { of } = about;
  const { type, privilege } = of;
  const words = privilege.replaceAll("_", " ");
  const nameOf = (object: TrustObject): string => object[type] ?? "";
  const principalOf = (object: TrustObject): string => object["principal"] ?? "";
  const securable = (object: TrustObject): Securable => ({ of, name: nameOf(object) });

  async function read(objects: readonly TrustObject[], ports: KindPorts): Promise<RemoteView> {
    const readings = await readSecurables(ports.databricks, objects.map(securable));
    const readingOf = (object: TrustObject): SecurableReading | undefined =>
      readings.get(securableKey(securable(object)));
    return {
      granted: (principals) =>
        [...readings.values()].flatMap((reading) =>
          reading.state !== "read"
            ? []
            : [...principals]
                .filter((principal) => isGranted(reading.facts, principal))
                .map((principal) => ({ [type]: reading.facts.name, principal })),
        ),
      plan: (object) => planOne(readingOf(object), of, object, ports.workspaceId),
      notes(object) {
        const reading = readingOf(object);
        if (reading?.state !== "read") return [];
        const { facts } = reading;
        return [...bindingNote(facts.binding), ...facts.notes, ...usageNotes(facts, principalOf(object))];
      },
    };
  }

  async function change(
    objects: readonly TrustObject[],
    ports: KindPorts,
    verb: "add" | "remove",
  ): Promise<void> {
    const name = nameOf(objects[0] ?? {});
    const principals = [...new Set(objects.map(principalOf))];
    const changes = principals.map((principal) => ({ principal, [verb]: [privilege] }));
    const path = permissionsPath(type, name);
    try {
      await ports.databricks.call({ method: "PATCH", path, body: { changes }, repeatable: true });
    } catch (error) {
      // What is gone has no grants left to withdraw.
      if (verb === "remove" && error instanceof ApiFailure && error.missing) return;
      throw error;
    }
  }

  return {
    name: about.name,
    provider: "databricks",
    needsProvider: false,
    // docs.databricks.com, "Securable objects in Unity Catalog": names are not case-sensitive.
    foldsCase: true,
    ...(about.reach && { reach: about.reach }),
    connect: ({ workspace }) => workspace,
    grant: (object) =>
      nameOf(object) === "" || principalOf(object) === ""
        ? undefined
        : { ...securable(object), principal: principalOf(object) },
    spec: placed(text({ description: about.description })),
    presents: false,
    marked: false,
    revocation: about.revocation,
    object(spec, context) {
      const source = spec as Placed<string>;
      const name = context.resolve(source);
      if (name === undefined) return undefined;
      // Nor a letter in two spellings (Unicode Standard Annex 15, NFC).
      if (!about.pattern.test(name) || name.normalize("NFC") !== name) {
        context.report({
          problem: `"${quote(name)}" is not the name of a ${type}.`,
          expected: about.expected,
          place: source.place,
        });
        return undefined;
      }
      // Unity Catalog stores names in lower case and compares them so: two spellings are one object, here too.
      return { [type]: name.toLowerCase(), principal: context.principal };
    },
    manifest: (object) => about.manifest(nameOf(object)),
    resource: nameOf,
    describe: (object) =>
      `${words} on ${type} "${nameOf(object)}" for service principal ${principalOf(object)}`,
    undoCommand(object) {
      const changes = { changes: [{ principal: principalOf(object), remove: [privilege] }] };
      return `databricks grants update ${type} ${shellQuoted(nameOf(object))} --json ${shellQuoted(JSON.stringify(changes))}`;
    },
    batch: nameOf,
    read,
    apply: (objects, ports) => change(objects, ports, "add"),
    withdraw: (objects, ports) => change(objects, ports, "remove"),
  };
}
