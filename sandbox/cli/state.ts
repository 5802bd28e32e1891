import { randomUUID } from "node:crypto";
import { isObject, parseJson, textOf, writeJson, type JsonObject } from "../http/json.ts";
import type { Bundle } from "./bundle.ts";
import { objectOf } from "./config-file.ts";
import { cannot, CliFailure } from "./diagnostics.ts";
import type { Dependency } from "./references.ts";
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
  #changed = false;

  private constructor(text: string | undefined) {
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

  /** The copy of the workspace: none is kept on this machine. @throws CliFailure */
  static async load({ paths }: Bundle, files: WorkspaceFiles): Promise<DeploymentState> {
    const names = ["resources.json", "terraform.tfstate"];
    const errors: string[] = [];
    const read = (name: string): Promise<Buffer | undefined> =>
      files.read(`${paths.state}/${name}`, `reading ${name}: opening`).catch((error: unknown) => {
        if (!(error instanceof CliFailure)) throw error;
        errors.push(...error.errors);
        return undefined;
      });
    const [own, terraform] = await Promise.all(names.map(read));
    if (errors.length > 0) throw new CliFailure(...errors);
    if (terraform !== undefined) throw cannot("a bundle that Terraform deployed");
    return new DeploymentState(own?.toString("utf8"));
  }

  /** Takes down what was just done. */
  record(key: string, resource: ResourceState | undefined): void {
    if (this.lineage === "") this.lineage = randomUUID();
    if (!this.#changed) this.serial += 1;
    this.#changed = true;
    if (resource === undefined) this.resources.delete(key);
    else this.resources.set(key, resource);
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
}
