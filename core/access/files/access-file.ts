import { isMap, type Node } from "yaml";
import { referenceMistake } from "./references.ts";
import {
  date,
  entries,
  list,
  object,
  oneOf,
  optional,
  placed,
  required,
  text,
  wrong,
  type Placed,
  type Read,
  type ReadContext,
  type Shape,
} from "../../base/yaml/shape.ts";
import { LATER_KINDS, KINDS } from "../kinds/index.ts";
import type { AccessKind } from "../kinds/kind.ts";
import type { Place } from "../../base/errors.ts";
import { quote } from "../../base/quote.ts";
import { readYaml, type ReadFile, type SourceFile } from "../../base/yaml/yaml-file.ts";

/** What the target sees: a token of a Unity Catalog credential's cloud identity, or of the workspace's own issuer. */
export type Present =
  "databricks" | { readonly credential: Placed<string>; readonly audience: Placed<string> };

/** One thing that one job may reach. */
export interface AccessEntry {
  readonly job: Placed<string>;
  readonly purpose: Placed<string>;
  readonly targets?: readonly string[];
  /** Where each of them stands. */
  readonly targetPlaces?: readonly Place[];
  /** Last day of the access, ISO 8601 date in UTC. */
  readonly until?: Placed<string>;
  readonly present?: Present;
  readonly kind: AccessKind;
  /** What stands under the kind's key, as its own shape reads it. */
  readonly spec: unknown;
}

const presentCredential = object({
  credential: required(
    placed(text({ description: "Unity Catalog service credential that vends the token." })),
  ),
  audience: required(placed(text({ description: "Audience of the token." }))),
});
const present: Shape<Present> = {
  schema: {
    anyOf: [{ const: "databricks" }, presentCredential.schema],
    description: "What the target sees: a token of a service credential, or one of the workspace itself.",
  },
  read: (node, context) =>
    isMap(node) ? presentCredential.read(node, context) : oneOf(["databricks"]).read(node, context),
};

const common = {
  purpose: required(
    placed(
      text({
        pattern: /^[a-z][a-z0-9-]{0,62}$/,
        says: "a name of small letters, digits and hyphens, at most 63",
        description: "What the access is for; unique in the job.",
      }),
    ),
  ),
  targets: optional(list(placed(text()), "Targets of the bundle with this entry; absent: every target.")),
  until: optional(placed(date("Last day of the access (UTC)."))),
  present: optional(present),
};
type Common = Read<ReturnType<typeof object<typeof common>>>;

/** The fields of an entry, for these kinds. */
function entryFieldsOf(kinds: readonly AccessKind[]) {
  const kindFields = Object.fromEntries(kinds.map(({ name, spec }) => [name, optional(spec)]));
  return object({ ...common, ...kindFields }, { oneOf: kinds.map(({ name }) => ({ required: [name] })) });
}

type UnownedEntry = Omit<AccessEntry, "job">;

/** Reports every `${…}` that no bundle could resolve, wherever it stands in an entry. */
function checkReferences(value: unknown, context: ReadContext): boolean {
  if (typeof value !== "object" || value === null) return true;
  const inner = value as Partial<Placed<unknown>>;
  if (typeof inner.value === "string" && inner.place !== undefined) {
    const mistake = referenceMistake(inner.value, inner.place);
    if (mistake !== undefined) context.report(mistake);
    return mistake === undefined;
  }
  return Object.values(value).every((child) => checkReferences(child, context));
}

function readEntry(
  node: Node | null,
  context: ReadContext,
  kinds: readonly AccessKind[],
): UnownedEntry | undefined {
  if (!isMap(node)) {
    wrong(node, context, "a mapping with purpose and one kind of access");
    return undefined;
  }
  const later = LATER_KINDS.filter(({ name }) => node.has(name));
  for (const { name } of later) {
    context.report({
      problem: `The kind of access "${name}" is not available yet.`,
      expected: kinds.map((one) => one.name).join(" or "),
      actual: name,
      remedy: "Take the entry out, or use a version of this product that has the kind.",
      place: context.place(node.get(name, true)),
    });
  }
  if (later.length > 0) return undefined;
  const fields = entryFieldsOf(kinds).read(node, context) as
    (Common & Readonly<Record<string, unknown>>) | undefined;
  const named = kinds.filter(({ name }) => node.has(name));
  const kind = named[0];
  if (kind === undefined || named.length > 1) {
    const expected = `exactly one of ${kinds.map(({ name }) => name).join(", ")}`;
    context.report({
      problem: "An entry names exactly one kind of access.",
      expected,
      actual: named.map(({ name }) => name).join(", ") || "none of them",
      remedy: "Keep one kind in the entry, and write a further entry for each other one.",
      place: context.place(node),
    });
  }
  if (fields === undefined || kind === undefined || named.length > 1) return undefined;
  if (kind.presents !== (fields.present !== undefined)) {
    const verb = kind.presents ? "needs" : "does not take";
    const place = context.place(node.get("present", true) ?? node);
    context.report({
      problem: `"${kind.name}" ${verb} "present".`,
      expected: kind.presents ? "a key `present`" : "an entry without `present`",
      actual: fields.present === undefined ? "none" : "`present`",
      remedy: kind.presents ? "Add `present`: what the target sees." : "Take `present` out.",
      place,
    });
    return undefined;
  }
  if (!checkReferences([fields.present, fields[kind.name]], context)) return undefined;
  return {
    purpose: fields.purpose,
    ...(fields.targets === undefined
      ? {}
      : {
          targets: fields.targets.map(({ value }) => value),
          targetPlaces: fields.targets.map(({ place }) => place),
        }),
    ...(fields.until === undefined ? {} : { until: fields.until }),
    ...(fields.present === undefined ? {} : { present: fields.present }),
    kind,
    spec: fields[kind.name],
  };
}

function fileOf(kinds: readonly AccessKind[]) {
  const entry: Shape<UnownedEntry> = {
    schema: entryFieldsOf(kinds).schema,
    read: (node, context) => readEntry(node, context, kinds),
  };
  return object({
    version: required(oneOf([1], "Version of this format.")),
    jobs: required(
      entries(
        { pattern: /^[A-Za-z_][A-Za-z0-9_-]*$/, says: "a key under resources.jobs" },
        list(entry),
        "What each job may reach at run time; the keys are those under resources.jobs of the bundle.",
      ),
    ),
  });
}

/** JSON Schema of access.yml. */
export const accessFileSchema = fileOf(KINDS).schema;

/** Reads access.yml; all mistakes at once, each with its place. */
export function readAccessFile(
  source: SourceFile,
  kinds: readonly AccessKind[] = KINDS,
): ReadFile<readonly AccessEntry[]> {
  const { value, mistakes } = readYaml(source, fileOf(kinds));
  const all = [...mistakes];
  const read: AccessEntry[] = [];
  for (const [job, jobEntries] of value?.jobs ?? []) {
    const seen = new Set<string>();
    for (const one of jobEntries) {
      if (seen.has(one.purpose.value)) {
        const problem = `The purpose "${one.purpose.value}" stands twice in job "${quote(job.value)}".`;
        all.push({
          problem,
          expected: "each purpose once in a job",
          actual: one.purpose.value,
          remedy: "Give each entry of a job its own purpose.",
          place: one.purpose.place,
        });
      }
      seen.add(one.purpose.value);
      read.push({ job, ...one });
    }
  }
  return { value: value !== undefined && all.length === 0 ? read : undefined, mistakes: all };
}
