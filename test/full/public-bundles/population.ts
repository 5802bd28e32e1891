import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { isObject, textOf, type Json, type JsonObject } from "../../../sandbox/http/json.ts";
import { WORKSPACE_ID } from "../../../sandbox/defaults.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");

/** A collection of bundles that somebody else has written, or this project shows. */
export interface Collection {
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  /** Whether a bundle reaches beside itself, so that the whole collection is the checkout. */
  readonly whole: boolean;
}

export interface PublicBundle {
  readonly collection: Collection;
  /** Its folder, relative to the collection. */
  readonly name: string;
}

/**
 * The project's own examples, and what has been fetched: the repository databricks/bundle-examples and the folder
 * `acceptance` of databricks/cli, each named by a variable or lying beside the checkout.
 */
export function collections(): { readonly here: Collection[]; readonly absent: string[] } {
  const wanted = [
    { name: "examples", folder: path.join(ROOT, "examples"), whole: true },
    { name: "bundle-examples", folder: fetched("BUNDLE_EXAMPLES", "bundle-examples"), whole: true },
    { name: "cli-acceptance", folder: fetched("CLI_ACCEPTANCE", "cli/acceptance"), whole: false },
  ];
  const here = wanted.filter(({ folder }) => existsSync(folder));
  return { here, absent: wanted.filter((one) => !here.includes(one)).map(({ name }) => name) };
}

const fetched = (variable: string, beside: string): string =>
  process.env[variable] ?? path.join(ROOT, "..", beside);

/** The bundles of a collection, by their name. */
export async function bundlesOf(collection: Collection): Promise<PublicBundle[]> {
  const files = await readdir(collection.folder, { recursive: true });
  const folders = files
    .filter(
      (file) => /(?:^|[\\/])databricks\.yml(?:\.tmpl)?$/.test(file) && !/\{\{|[\\/]output[\\/]/.test(file),
    )
    .map((file) => path.dirname(file));
  return [...new Set(folders)].sort().map((name) => ({ collection, name }));
}

/** A copy that both ways of deploying start from. */
export interface Prepared {
  /** What becomes the checkout. */
  readonly folder: string;
  /** Of databricks.yml, relative to it. */
  readonly root: string;
  /** "" where the bundle has none. */
  readonly target: string;
  /** Values of the variables that have no default. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What acceptance tests keep beside their bundle, and nobody deploys. */
const OF_THE_TEST = /^(?:script|output\.txt|out\..*|test\.toml|NOTICE|README\.md)$/;

/** Copies a bundle into `folder`, with the workspace of a sandbox in the place of the one that it names. */
export async function prepare(
  { collection, name }: PublicBundle,
  folder: string,
  host: string,
): Promise<Prepared> {
  const from = collection.whole ? collection.folder : path.join(collection.folder, name);
  await cp(from, folder, { recursive: true, filter: (file) => !/[\\/](?:\.git|\.venv)$/.test(file) });
  const root = collection.whole ? name : ".";
  const own = path.join(folder, root);
  if (!collection.whole)
    for (const file of await readdir(own)) if (OF_THE_TEST.test(file)) await rm(path.join(own, file));
  for (const file of await readdir(own, { recursive: true })) {
    if (/\.ya?ml\.tmpl$/.test(file)) {
      const filled = withValues(await readFile(path.join(own, file), "utf8"), host);
      await writeFile(path.join(own, file.replace(/\.tmpl$/, "")), filled);
    }
  }
  for (const file of await readdir(own, { recursive: true })) {
    if (!/\.ya?ml$/.test(file)) continue;
    const text = await readFile(path.join(own, file), "utf8").catch(() => undefined);
    if (text !== undefined) await writeFile(path.join(own, file), atHost(text, host));
  }
  await mkdir(own, { recursive: true });
  const texts = await Promise.all(
    (await readdir(own, { recursive: true }))
      .filter((file) => /\.ya?ml$/.test(file))
      .map((file) => readFile(path.join(own, file), "utf8").then(parsed, () => ({}))),
  );
  const config = await readFile(path.join(own, "databricks.yml"), "utf8").then(parsed, () => ({}));
  const variables = Object.assign({}, ...texts.map(variablesOf)) as Record<string, string>;
  return { folder, root, target: targetOf(config), variables };
}

/** A host of the author's is the sandbox; a virtual environment of the author's is the Python on PATH. */
function atHost(text: string, host: string): string {
  return text
    .replace(/^(\s*(?:- )?host:\s*).*$/gm, (_, key: string) => `${key}${host}`)
    .replace(/^\s*venv_path:.*\n/gm, "");
}

const KNOWN: Readonly<Record<string, string>> = {
  NODE_TYPE_ID: "i3.xlarge",
  DEFAULT_SPARK_VERSION: "15.4.x-scala2.12",
  UNIQUE_NAME: "one",
};

function withValues(text: string, host: string): string {
  return text.replace(/\$\{?([A-Z][A-Z_]*[A-Z])\}?/g, (_, name: string) => {
    if (name === "DATABRICKS_HOST") return host;
    if (name === "TEST_DATABRICKS_WORKSPACE_ID") return WORKSPACE_ID;
    return KNOWN[name] ?? `a-${name.toLowerCase().replaceAll("_", "-")}`;
  });
}

function parsed(text: string): JsonObject {
  try {
    const value = parse(text, { uniqueKeys: false }) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

const entriesOf = (value: Json | undefined): [string, Json][] =>
  value !== undefined && isObject(value) ? (Object.entries(value) as [string, Json][]) : [];

/** The default target, else the first. */
function targetOf(config: JsonObject): string {
  const targets = [...entriesOf(config["targets"]), ...entriesOf(config["environments"])];
  const marked = targets.find(([, target]) => isObject(target) && target["default"] === true);
  return (marked ?? targets[0])?.[0] ?? "";
}

function variablesOf(config: JsonObject): Record<string, string> {
  const open = entriesOf(config["variables"]).filter(
    ([, variable]) =>
      !isObject(variable) ||
      (variable["default"] === undefined &&
        variable["lookup"] === undefined &&
        textOf(variable["type"]) !== "complex"),
  );
  return Object.fromEntries(open.map(([name]) => [name, "given"]));
}
