import { schemaFile } from "../base/yaml/schema-file.ts";

/**
 * The access manifest: what each purpose of a bundle and target resolved to, for the code of its jobs. The deployment
 * writes it beside the deployed sources after access is granted; the Python package in `runtime/` finds and reads it
 * (docs/runtime.md). It holds names, identifiers and addresses; never a token or a secret.
 */

/** Name of the file, in the folder of the deployed sources (`workspace.file_path` of the bundle). */
export const MANIFEST_FILE = "secretless-access.json";

/** Raised when an older reader could misread the file; readers refuse a version that is newer than their own. */
const MANIFEST_VERSION = 1;

/** What the target sees: a token of a service credential's cloud identity, or one of the workspace's own issuer. */
export type ManifestPresent = "databricks" | { readonly credential: string; readonly audience: string };

/** What one purpose resolved to, by its kind of access. */
export type ManifestGrant =
  | { readonly kind: "unity_catalog_credential"; readonly credential: string }
  | { readonly kind: "unity_catalog_secret"; readonly secret: string }
  | { readonly kind: "unity_catalog_connection"; readonly connection: string }
  | {
      readonly kind: "entra_application";
      readonly present: ManifestPresent;
      readonly tenant: string;
      readonly client_id: string;
      /** Origin of the token endpoint, for example `https://login.microsoftonline.com`. */
      readonly authority: string;
    }
  | { readonly kind: "aws_role"; readonly present: ManifestPresent; readonly role: string }
  | {
      readonly kind: "vault_role";
      readonly present: ManifestPresent;
      readonly address: string;
      readonly mount: string;
      readonly role: string;
      /** Vault Enterprise, OpenBao: the namespace of the mount. */
      readonly namespace?: string;
    };

export type ManifestPurpose = ManifestGrant & {
  readonly purpose: string;
  /** Last day of the access, ISO 8601 date in UTC. */
  readonly until?: string;
};

export interface ManifestJob {
  /** The key under `resources.jobs`. */
  readonly key: string;
  /** The job's id in the workspace. */
  readonly id: string;
  /** Application ID of the job's run-as service principal. */
  readonly runAs: string;
  /** What is granted now; what was withdrawn is not in here. */
  readonly purposes: readonly ManifestPurpose[];
  /** Purposes that `access.yml` declares for other targets alone, with those targets. */
  readonly elsewhere?: Readonly<Record<string, readonly string[]>>;
}

export interface Manifest {
  readonly bundle: string;
  readonly target: string;
  /** URL of the workspace. */
  readonly workspace: string;
  readonly jobs: readonly ManifestJob[];
}

const TEXT = { type: "string", minLength: 1 } as const;
const PURPOSE = "^[a-z][a-z0-9-]{0,62}$";
/** https, or http for a loopback address alone; no user information, query or fragment. */
const ADDRESS =
  "^(?:https://[^\\s/?#@\\\\]+|http://(?:localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1\\])(?::\\d+)?)(?:/[^\\s?#\\\\]*)?$";
const URL_TEXT = { type: "string", pattern: ADDRESS } as const;
const DATE = { type: "string", pattern: "^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$" } as const;

const closed = (
  properties: Readonly<Record<string, object>>,
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const present = { anyOf: [{ const: "databricks" }, closed({ credential: TEXT, audience: TEXT })] } as const;

/** The members of each kind beside `kind` and `until`, in the order in which they are written. */
const MEMBERS = {
  unity_catalog_credential: { credential: TEXT },
  unity_catalog_secret: { secret: { type: "string", pattern: "^[^.]+\\.[^.]+\\.[^.]+$" } },
  unity_catalog_connection: { connection: TEXT },
  entra_application: { present, tenant: TEXT, client_id: TEXT, authority: URL_TEXT },
  aws_role: { present, role: { type: "string", pattern: "^arn:[a-z-]+:iam::\\d{12}:role/.+$" } },
  vault_role: { present, address: URL_TEXT, mount: TEXT, role: TEXT, namespace: TEXT },
} as const satisfies Record<ManifestGrant["kind"], Readonly<Record<string, object>>>;

const grants = Object.entries(MEMBERS).map(([kind, members]) =>
  closed({ kind: { const: kind }, ...members, until: DATE }, ["until", "namespace"]),
);
const job = closed(
  {
    id: { type: "string", pattern: "^\\d+$", description: "Id of the job." },
    run_as: { ...TEXT, description: "Application ID of the run-as service principal." },
    purposes: {
      type: "object",
      propertyNames: { pattern: PURPOSE },
      additionalProperties: { anyOf: grants },
      description: "What is granted now, by purpose.",
    },
    elsewhere: {
      type: "object",
      propertyNames: { pattern: PURPOSE },
      additionalProperties: { type: "array", items: TEXT, minItems: 1 },
      description: "Purposes that are declared for other targets alone, with those targets.",
    },
  },
  ["elsewhere"],
);

/** JSON Schema (draft 2020-12) of the manifest. */
const manifestSchema = closed({
  version: { const: MANIFEST_VERSION, description: "Version of this format." },
  bundle: TEXT,
  target: TEXT,
  workspace: { ...URL_TEXT, description: "URL of the workspace." },
  jobs: {
    type: "object",
    additionalProperties: job,
    description: "Jobs of the bundle that were granted something; the keys are those under resources.jobs.",
  },
});

/** The file in schemas/, by name; scripts/schemas.ts writes it. */
export const MANIFEST_SCHEMA_FILE: Readonly<Record<string, string>> = {
  "manifest.schema.json": schemaFile("manifest", "Access manifest of Databricks Secretless", manifestSchema),
};

const byKey = <T>([a]: readonly [string, T], [b]: readonly [string, T]): number =>
  a < b ? -1 : a > b ? 1 : 0;

/** Pairs as an object in the order of their keys. @throws Error if a key stands twice: one of them would be lost */
function sorted<T>(pairs: readonly (readonly [string, T])[], what: string): Readonly<Record<string, T>> {
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`${what} "${twice}" stands twice in the manifest`);
  return Object.fromEntries([...pairs].sort(byKey));
}

/** https everywhere but on a loopback address; an address with user information would put a password into the file. */
function checkAddress(address: string, what: string): void {
  if (!new RegExp(ADDRESS).test(address)) {
    throw new Error(`${what} of the manifest is no https URL without user information, query and fragment`);
  }
}

function renderPresent(value: ManifestPresent): ManifestPresent {
  return value === "databricks" ? value : { credential: value.credential, audience: value.audience };
}

/** Takes the known members alone, whatever else the caller's object carries. */
function renderPurpose(one: ManifestPurpose): readonly [string, object] {
  const source = one as unknown as Readonly<Record<string, unknown>>;
  const members: Record<string, unknown> = { kind: one.kind };
  for (const name of Object.keys(MEMBERS[one.kind])) {
    if (source[name] === undefined) continue;
    members[name] = name === "present" ? renderPresent(source[name] as ManifestPresent) : source[name];
  }
  if (one.kind === "vault_role") checkAddress(one.address, "Vault's address");
  if (one.kind === "entra_application") checkAddress(one.authority, "The authority");
  if (one.until !== undefined) members["until"] = one.until;
  return [one.purpose, members];
}

function renderJob(one: ManifestJob): readonly [string, object] {
  const elsewhere = Object.entries(one.elsewhere ?? {}).map(
    ([purpose, targets]) => [purpose, [...targets].sort()] as const,
  );
  return [
    one.key,
    {
      id: one.id,
      run_as: one.runAs,
      purposes: sorted(one.purposes.map(renderPurpose), "The purpose"),
      ...(elsewhere.length === 0 ? {} : { elsewhere: sorted(elsewhere, "The purpose") }),
    },
  ];
}

/**
 * The manifest's text. The same for the same data in any order, so that a deployment that changes nothing writes
 * nothing.
 * @throws Error for a job or purpose that stands twice, or an address that is neither https nor loopback
 */
export function renderManifest({ bundle, target, workspace, jobs }: Manifest): string {
  checkAddress(workspace, "The workspace");
  const content = {
    version: MANIFEST_VERSION,
    bundle,
    target,
    workspace,
    jobs: sorted(jobs.map(renderJob), "The job"),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
