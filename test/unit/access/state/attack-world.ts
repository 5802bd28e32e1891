import assert from "node:assert/strict";
import { applyAccess, withdrawAccess } from "../../../../core/access/apply/apply.ts";
import { accessName, type BundleFacts } from "../../../../core/access/bundle-facts.ts";
import type { AccessRequest } from "../../../../core/access/plan/request.ts";
import { stateFolder } from "../../../../core/access/state/folder.ts";
import type { PipelineIdentity } from "../../../../core/access/state/owner.ts";
import {
  recordName,
  renderRecord,
  type ObjectRecord,
  type StateEntry,
} from "../../../../core/access/state/record.ts";
import { ApiFailure } from "../../../../core/api/client.ts";
import { SecretlessError } from "../../../../core/base/errors.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import {
  apisOf,
  accessFileOf,
  bundleOf,
  DEPLOYER,
  options,
  OWNER,
  principalOf,
  REGISTRAR,
  requestOf,
  workspaceWith,
  type JobSetup,
} from "../setup.ts";

const JOBS: readonly JobSetup[] = [
  { key: "load_a", principal: principalOf(1), id: "11" },
  { key: "load_b", principal: principalOf(2), id: "12" },
];
export const FOLDER = stateFolder(REGISTRAR);
const POLICY = `version: 1\nproviders: { databricks: { registrar_client_id: ${REGISTRAR} } }\nrules: [{ name: all, effect: allow }]\n`;
export const ONE = accessFileOf([["load_a", "read-hr", "hr"]]);
export const OTHER: PipelineIdentity = { ...OWNER, repositoryId: "666" };
export const VICTIM = `orders ${principalOf(2)}`;
export const OURS = `hr ${principalOf(1)}`;
export const bundle = bundleOf(JOBS);

/** The same bundle, with another name, target or place. */
export const moved = (over: Partial<BundleFacts>): BundleFacts => ({ ...bundle, ...over });

export interface World {
  readonly fake: FakeDatabricks;
  /** One run of the registrar. */
  readonly run: (
    access: string | undefined,
    over?: Partial<AccessRequest>,
    of?: BundleFacts,
    work?: "apply" | "withdraw",
  ) => Promise<string>;
  /** The file of the one record. */
  readonly file: () => string;
  /** Puts a record there, as whoever can write in the registrar's home. */
  readonly put: (record: ObjectRecord, file?: string) => void;
  /** What the deployer's identity, so the bundle's code, is answered. */
  readonly deployer: (work: (api: ReturnType<FakeDatabricks["as"]>) => Promise<unknown>) => Promise<string>;
}

export function world(): World {
  const fake = workspaceWith(JOBS, ["hr", "orders"]);
  for (const job of fake.jobs) setPath(job, "/state");
  // Somebody else's, made by hand.
  fake.grant("orders", principalOf(2));
  const registrar = fake.as(REGISTRAR);
  return {
    fake,
    run: (access, over = {}, of = bundle, work = "apply") => {
      const act = async (): Promise<unknown> => {
        const request = requestOf({
          ...{ fake, bundle: of, policy: POLICY },
          ...(access !== undefined && { access }),
          over: { registrar: apisOf(fake, registrar), readers: [DEPLOYER], ...over },
        });
        return work === "apply" ? applyAccess(request, options()) : withdrawAccess(request, options());
      };
      return answerOf(act());
    },
    file: () => [...fake.files.keys()].find((name) => name.endsWith(".json")) ?? assert.fail("no record"),
    put: (record, file = `${FOLDER}/${recordName(record).file}`) => {
      fake.directories.add(FOLDER);
      fake.files.set(file, renderRecord(record));
    },
    deployer: (work) => answerOf(work(fake.as(DEPLOYER))),
  };
}

async function answerOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    if (error instanceof SecretlessError) return error.code;
    if (error instanceof ApiFailure) return error.errorCode;
    throw error;
  }
}

export function setPath(job: Record<string, unknown>, statePath: string): void {
  const deployment = { kind: "BUNDLE", metadata_file_path: `${statePath}/metadata.json` };
  job["settings"] = { ...(job["settings"] as object), deployment };
}

export function recordOf(over: Partial<ObjectRecord> = {}, entry: Partial<StateEntry> = {}): ObjectRecord {
  const origin = { bundle: "lake", target: "prod", job: "load_b", jobId: "12", purpose: "steal" };
  const { bundle: name, target, job, purpose } = { ...origin, ...entry };
  return {
    kind: "unity_catalog_credential",
    object: { credential: "orders", principal: principalOf(2) },
    owner: OWNER,
    deployment: { workspaceId: "111", statePath: "/state" },
    entries: [
      {
        name: accessName({ workspaceId: "111", name, target }, job, purpose),
        ...origin,
        phase: "granted",
        ...entry,
      },
    ],
    ...over,
  };
}
