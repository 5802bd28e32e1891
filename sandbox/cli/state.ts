import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { isObject, parseJson, textOf, writeJson, type JsonObject } from "../http/json.ts";
import type { Bundle } from "./bundle.ts";
import { objectOf } from "./config-file.ts";
import { cannot, CliFailure } from "./diagnostics.ts";
import type { Dependency } from "./references.ts";
import type { Environment } from "./target.ts";
import { VERSION } from "./version.ts";
import type { WorkspaceFiles } from "./workspace-files.ts";

interface ResourceState {
  readonly id: string;
  /** As it was deployed. */
  readonly settings: JsonObject;
  readonly dependsOn: readonly Dependency[];
}

/** `resources.json` of the direct engine: what was deployed, by key such as `resources.jobs.nightly`. */
export class DeploymentState {
  lineage = "";
  serial = 0;
  readonly resources = new Map<string, ResourceState>();
  readonly #file: string;
  #changed = false;

  private constructor(file: string, text: string | undefined) {
    this.#file = file;
    if (text === undefined) return;
    const value = parseJson(text);
    if (!isObject(value) || value["state_version"] !== 2) throw cannot("this version of resources.json");
    this.lineage = textOf(value["lineage"]);
    this.serial = Number(value["serial"]);
    for (const [key, entry] of Object.entries(objectOf(value["state"]))) {
      if (!/^resources\.(jobs|schemas)\.[^.]+$/.test(key)) throw cannot(`state of ${key}`);
      const { __id__: id, state: settings, depends_on = [] } = objectOf(entry);
      const dependsOn = depends_on as unknown as readonly Dependency[];
      this.resources.set(key, { id: textOf(id), settings: objectOf(settings), dependsOn });
    }
  }

  get exists(): boolean {
    return this.lineage !== "";
  }

  /** The copy of the workspace, unless a local one is newer. With `local` the workspace is only asked if there is none. */
  static async load(
    bundle: Bundle,
    files: WorkspaceFiles,
    env: Environment,
    local = false,
  ): Promise<DeploymentState> {
    const file = join(localFolder(bundle, env), "resources.json");
    const text = await readFile(file, "utf8").catch(() => undefined);
    const own = new DeploymentState(file, text);
    if (local && text !== undefined) return own;
    const reads = ["resources.json", "terraform.tfstate"].map((name) =>
      files.read(`${bundle.paths.state}/${name}`, `reading ${name}: opening`),
    );
    const [remote, terraform] = await allOrFailures(reads);
    if (terraform !== undefined) throw cannot("a bundle that Terraform deployed");
    if (remote === undefined) return own;
    const other = new DeploymentState(file, remote.toString("utf8"));
    if (own.exists && other.lineage !== own.lineage) throw cannot("a local state of another deployment");
    if (other.serial < own.serial) return own;
    await writeLocal(file, remote);
    return other;
  }

  /** Keeps what was just done on disk, so that a killed deployment can be continued. */
  async record(key: string, resource: ResourceState | undefined): Promise<void> {
    if (this.lineage === "") this.lineage = randomUUID();
    if (!this.#changed) this.serial += 1;
    this.#changed = true;
    if (resource === undefined) this.resources.delete(key);
    else this.resources.set(key, resource);
    await writeLocal(this.#file, this.content());
  }

  content(): Buffer {
    const entries = [...this.resources].sort(([a], [b]) => (a < b ? -1 : 1));
    const state = entries.map(([key, { id, settings, dependsOn }]) => {
      const depends = dependsOn.length === 0 ? {} : { depends_on: dependsOn.map((one) => ({ ...one })) };
      return [key, { __id__: id, state: settings, ...depends }] as const;
    });
    const { lineage, serial } = this;
    const all = { state_version: 2, cli_version: VERSION, lineage, serial, state: Object.fromEntries(state) };
    return Buffer.from(writeJson(all));
  }

  async forget(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}

/** As `Promise.all`, but all failures are shown. */
async function allOrFailures<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  const reasons = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  const failures = reasons.filter((reason) => reason instanceof CliFailure);
  if (failures.length < reasons.length) throw reasons.find((reason) => !(reason instanceof CliFailure));
  if (failures.length > 0) throw new CliFailure(...failures.flatMap(({ diagnostics }) => diagnostics));
  return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

/** `DATABRICKS_BUNDLE_TMP` moves it out of the checkout. */
export function localFolder(bundle: Bundle, env: Environment): string {
  const base = env["DATABRICKS_BUNDLE_TMP"] || join(bundle.root, ".databricks", "bundle");
  return join(base, bundle.target);
}

export async function writeLocal(file: string, content: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
