import assert from "node:assert/strict";
import { readAccessFiles } from "../../../core/access/plan/plan.ts";
import type { AccessRequest } from "../../../core/access/plan/request.ts";
import type { AccessResult, ApplyOptions } from "../../../core/access/apply/apply.ts";
import { bundleFacts, type BundleFacts } from "../../../core/access/bundle-facts.ts";
import type { Apis } from "../../../core/access/kinds/kind.ts";
import type { DatabricksApi } from "../../../core/api/client.ts";
import type { Json } from "../../../core/api/json.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import { lockPath, stateFolder } from "../../../core/access/state/folder.ts";
import type { PipelineIdentity } from "../../../core/access/state/owner.ts";
import {
  recordName,
  renderRecord,
  type ObjectRecord,
  type StateEntry,
} from "../../../core/access/state/record.ts";
import { FakeDatabricks } from "./fake-databricks.ts";

export const DEPLOYER = "d0000000-0000-4000-8000-000000000001";
export const REGISTRAR = "e0000000-0000-4000-8000-000000000002";
export const OWNER: PipelineIdentity = {
  issuer: "https://token.actions.githubusercontent.com",
  repositoryId: "4711",
  context: "environment:prod",
};
/** Where the deployer records, as long as nobody else registers. */
export const FOLDER = stateFolder(DEPLOYER);
export const LOCK = lockPath(DEPLOYER);

/** The records of a workspace, whoever made them; leaves the lock out. */
export function recordsOf(fake: FakeDatabricks, folder = FOLDER): (StateEntry & { readonly file: string })[] {
  return [...fake.files].flatMap(([file, text]) =>
    file.startsWith(`${folder}/`) && file.endsWith(".json")
      ? (JSON.parse(text) as { entries: StateEntry[] }).entries.map((entry) => ({ ...entry, file }))
      : [],
  );
}
/** Replaces every record by what `change` makes of it, as whoever may write there could. */
export function rewriteRecords(fake: FakeDatabricks, change: (record: ObjectRecord) => ObjectRecord): void {
  for (const [file, text] of [...fake.files]) {
    if (!file.endsWith(".json")) continue;
    const changed = change(JSON.parse(text) as ObjectRecord);
    fake.files.delete(file);
    const folder = file.slice(0, file.lastIndexOf("/"));
    fake.files.set(`${folder}/${recordName(changed).file}`, renderRecord(changed));
  }
}
export const principalOf = (index: number): string =>
  `a0000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

export interface JobSetup {
  readonly key: string;
  readonly principal?: string;
  readonly id?: string;
  readonly settings?: Readonly<Record<string, Json>>;
}

/** The settings of a job, as the bundle declares and the workspace has them. */
export function settingsOf({ key, principal, settings }: JobSetup): Readonly<Record<string, Json>> {
  return {
    name: key,
    ...(principal === undefined ? {} : { run_as: { service_principal_name: principal } }),
    deployment: { kind: "BUNDLE", metadata_file_path: "/state/metadata.json" },
    tasks: [{ task_key: "a", notebook_task: { notebook_path: "/files/a" } }],
    ...settings,
  };
}

export function bundleOf(jobs: readonly JobSetup[], target = "prod"): BundleFacts {
  const entries = jobs.map((job) => [
    job.key,
    { ...(job.id === undefined ? {} : { id: job.id }), ...settingsOf(job) },
  ]);
  const summary = {
    bundle: { name: "lake", target },
    workspace: { state_path: "/state", file_path: "/files" },
    variables: {
      suffix: { value: "x" },
      complex: { value: { a: 1 } },
      fallback: { default: 7 },
      nested: { value: "${var.suffix}" },
    },
    resources: { jobs: Object.fromEntries(entries) as Json },
  };
  return bundleFacts(summary, "111");
}

/** A workspace in which every check holds for jobs with a principal each, and the deployer sees all of it. */
export function workspaceWith(jobs: readonly JobSetup[], credentials: readonly string[]): FakeDatabricks {
  const fake = new FakeDatabricks();
  fake.admins.add(DEPLOYER);
  fake.admins.add(REGISTRAR);
  fake.metastoreOwner = "admins";
  for (const credential of credentials) fake.addCredential(credential);
  for (const job of jobs) {
    if (job.principal !== undefined) fake.addPrincipal(job.principal);
    if (job.id === undefined) continue;
    fake.jobs.push({
      job_id: job.id,
      run_as_user_name: job.principal ?? DEPLOYER,
      settings: settingsOf(job),
    });
  }
  return fake;
}

export interface RequestSetup {
  readonly fake: FakeDatabricks;
  readonly bundle: BundleFacts;
  readonly access?: string;
  readonly policy?: string;
  readonly deployed?: boolean;
  readonly over?: Partial<AccessRequest>;
}

/** One identity's connections: to the workspace, its account, and the account's other workspaces. */
export const apisOf = (fake: FakeDatabricks, api: DatabricksApi): Apis => ({
  ...{ workspace: api, account: api },
  elsewhere: (name) => fake.others.get(name),
});

export function requestOf({
  fake,
  bundle,
  access,
  policy,
  deployed = true,
  over = {},
}: RequestSetup): AccessRequest {
  const api = fake.as(DEPLOYER);
  return {
    files: readAccessFiles(
      access === undefined ? undefined : { path: "access.yml", text: access },
      policy === undefined ? undefined : { path: "policy.yml", text: policy, insideCheckout: false },
    ),
    bundle,
    deployed,
    deployerId: DEPLOYER,
    accountId: "acc",
    evidence: { claims: {}, selfReported: { now: fake.clock.now(), addresses: [] } },
    deployer: apisOf(fake, api),
    registrar: undefined,
    owner: OWNER,
    readers: [],
    clock: fake.clock,
    ...over,
  };
}

export const accessFileOf = (
  entries: readonly (readonly [job: string, purpose: string, credential: string])[],
): string => {
  const jobs = [...new Set(entries.map(([job]) => job))];
  const lines = jobs.flatMap((job) => [
    `  ${job}:`,
    ...entries
      .filter(([one]) => one === job)
      .map(
        ([, purpose, credential]) => `    - { purpose: ${purpose}, unity_catalog_credential: ${credential} }`,
      ),
  ]);
  return ["version: 1", "jobs:", ...lines, ""].join("\n");
};

export const options = (over: Partial<ApplyOptions> = {}): ApplyOptions => ({
  approved: undefined,
  holder: "run 1",
  lockTimeout: 600_000,
  onApplied: () => Promise.resolve(),
  ...over,
});
export const failure = async (work: Promise<unknown>): Promise<SecretlessError> => {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SecretlessError, String(error));
  return error;
};
export const counts = ({ granted, updated, revoked, unchanged }: AccessResult): number[] => [
  granted,
  updated,
  revoked,
  unchanged,
];
