import { posix } from "node:path";
import { doesNotExist, invalidParameter, apiError } from "../http/reply.ts";
import type { Counter } from "../identity/counter.ts";

export interface WorkspaceObject {
  readonly type: "DIRECTORY" | "FILE" | "NOTEBOOK" | "DASHBOARD";
  /** Always with the prefix `/Workspace`. */
  readonly path: string;
  readonly objectId: string;
  readonly content: Buffer;
  readonly language?: string;
  readonly resourceId?: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

const NOTEBOOK_HEADERS: Readonly<Record<string, readonly [header: string, language: string]>> = {
  ".py": ["# Databricks notebook source", "PYTHON"],
  ".r": ["# Databricks notebook source", "R"],
  ".sql": ["-- Databricks notebook source", "SQL"],
  ".scala": ["// Databricks notebook source", "SCALA"],
};

/** The tree of files, notebooks and folders of a workspace. */
export class WorkspaceTree {
  readonly #objects = new Map<string, WorkspaceObject>();
  readonly #ids: Counter;
  readonly #now: () => number;

  constructor(ids: Counter, now: () => number) {
    this.#ids = ids;
    this.#now = now;
    for (const path of ["/Workspace", "/Workspace/Users", "/Workspace/Shared", "/Workspace/Repos"])
      this.mkdirs(path);
  }

  /** All objects by path. */
  get objects(): ReadonlyMap<string, WorkspaceObject> {
    return this.#objects;
  }

  get(path: string): WorkspaceObject | undefined {
    return this.#objects.get(cleanPath(path));
  }

  withObjectId(objectId: string): WorkspaceObject | undefined {
    return [...this.#objects.values()].find((object) => object.objectId === objectId);
  }

  /** @throws Refusal 404 */
  find(path: string): WorkspaceObject {
    const object = this.get(path);
    if (object === undefined) throw doesNotExist(`Path (${path}) doesn't exist.`);
    return object;
  }

  children(path: string): readonly WorkspaceObject[] {
    const parent = cleanPath(path);
    return [...this.#objects.values()].filter(
      (object) => posix.dirname(object.path) === parent && object.path !== parent,
    );
  }

  /** Like `mkdir -p`. */
  mkdirs(path: string): void {
    const clean = cleanPath(path);
    const existing = this.#objects.get(clean);
    if (existing?.type === "DIRECTORY") return;
    if (existing !== undefined) {
      throw apiError(
        400,
        "RESOURCE_ALREADY_EXISTS",
        `Path (${clean}) already exists and is not a directory.`,
      );
    }
    if (clean !== "/Workspace") this.mkdirs(posix.dirname(clean));
    this.put({ type: "DIRECTORY", path: clean, content: Buffer.alloc(0) });
  }

  put(object: Omit<WorkspaceObject, "objectId" | "modifiedAt">): WorkspaceObject {
    const objectId = this.#objects.get(object.path)?.objectId ?? this.#ids.next();
    const stored = { ...object, objectId, modifiedAt: this.#now() };
    this.#objects.set(object.path, stored);
    return stored;
  }

  /** Lets a file have been written so many milliseconds earlier, as if time had passed. */
  age(path: string, ms: number): void {
    const object = this.find(path);
    this.#objects.set(object.path, { ...object, modifiedAt: object.modifiedAt - ms });
  }

  /**
   * Imports a file; a source file with the notebook header, or an .ipynb, becomes a notebook without extension.
   * @throws Refusal 404 without parent folder, 409 (file) or 400 (notebook) if it exists and may not be overwritten
   */
  importFile(path: string, content: Buffer, overwrite: boolean): void {
    const clean = cleanPath(path);
    const parent = posix.dirname(clean);
    if (this.#objects.get(parent)?.type !== "DIRECTORY") {
      throw doesNotExist(`The parent folder (${parent}) does not exist.`);
    }
    const notebook = notebookOf(clean, content);
    const target = notebook?.path ?? clean;
    const existing = this.#objects.get(target);
    if (existing?.type === "DIRECTORY") throw invalidParameter(`Path (${target}) is a directory.`);
    if (existing !== undefined && !overwrite) {
      const status = existing.type === "NOTEBOOK" ? 400 : 409;
      throw apiError(status, "RESOURCE_ALREADY_EXISTS", `Path (${target}) already exists.`);
    }
    if (notebook === undefined) this.put({ type: "FILE", path: target, content });
    else this.put({ type: "NOTEBOOK", path: target, content, language: notebook.language });
  }

  /** @throws Refusal 404, or 400 for a folder that is not empty */
  delete(path: string, recursive: boolean): void {
    const { path: clean } = this.find(path);
    const inside = [...this.#objects.keys()].filter((key) => key.startsWith(`${clean}/`));
    if (inside.length > 0 && !recursive) {
      throw apiError(400, "DIRECTORY_NOT_EMPTY", `Folder (${clean}) is not empty`);
    }
    for (const key of [clean, ...inside]) this.#objects.delete(key);
  }
}

/** `/Users/x`, `//Workspace/Users/x/` and `/Workspace/Users/x` are the same place. */
export function cleanPath(path: string): string {
  const absolute = posix
    .normalize(`/${path}`)
    .replace(/^\/+/, "/")
    .replace(/(?<=.)\/$/, "");
  return /^\/Workspace(\/|$)/.test(absolute)
    ? absolute
    : posix.join("/Workspace", absolute).replace(/\/$/, "");
}

function notebookOf(path: string, content: Buffer): { path: string; language: string } | undefined {
  const extension = posix.extname(path);
  const bare = path.slice(0, path.length - extension.length);
  if (extension === ".ipynb") return { path: bare, language: "PYTHON" };
  const known = NOTEBOOK_HEADERS[extension.toLowerCase()];
  if (known === undefined || !content.subarray(0, 64).toString("utf8").startsWith(known[0])) return undefined;
  return { path: bare, language: known[1] };
}
