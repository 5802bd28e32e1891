/** Every place that says which version this is. A test compares them, and a release refuses to begin if they differ. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { taskVersion } from "./extension.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string): Promise<string> => readFile(path.join(root, file), "utf8");
const json = async (file: string): Promise<Record<string, unknown>> =>
  JSON.parse(await read(file)) as Record<string, unknown>;

/** The version of package.json, which the others follow. */
export async function productVersion(): Promise<string> {
  return String((await json("package.json"))["version"]);
}

/** `[place, what it says, what it should say]`. */
export async function statedVersions(): Promise<readonly (readonly [string, string, string])[]> {
  const version = await productVersion();
  const lock = (await json("package-lock.json")) as {
    version: string;
    packages: { "": { version: string } };
  };
  const { Major, Minor, Patch } = (await json("tasks/DatabricksBundle/task.json"))["version"] as ReturnType<
    typeof taskVersion
  >;
  const wanted = taskVersion(version);
  const same: [string, string][] = [
    ["package-lock.json", lock.version],
    ["package-lock.json, packages", lock.packages[""].version],
    ["vss-extension.json", String((await json("vss-extension.json"))["version"])],
    ["runtime/pyproject.toml", /^version = "(.*)"$/m.exec(await read("runtime/pyproject.toml"))?.[1] ?? ""],
    ["CHANGELOG.md", /^## (\S+)/m.exec(await read("CHANGELOG.md"))?.[1] ?? ""],
    ...(await builtFiles()),
    ...(await pages()),
  ];
  return [
    ...same.map(([place, said]) => [place, said, version] as const),
    [
      "tasks/DatabricksBundle/task.json",
      [Major, Minor, Patch].join("."),
      [wanted.Major, wanted.Minor, wanted.Patch].join("."),
    ],
  ];
}

/** The wheel that an example ships has the version in its name. */
async function builtFiles(): Promise<[string, string][]> {
  const folder = "examples/template-github-actions/wheels";
  return (await readdir(path.join(root, folder))).map((name) => [
    `${folder}/${name}`,
    /^databricks_secretless_runtime-([^-]+)-/.exec(name)?.[1] ?? "",
  ]);
}

/** Commands in the pages that name a version of the product. */
async function pages(): Promise<[string, string][]> {
  const names = (await readdir(path.join(root, "docs"))).map((name) => `docs/${name}`);
  const found: [string, string][] = [];
  for (const page of ["README.md", "runtime/README.md", ...names])
    for (const [, said = ""] of (await read(page)).matchAll(
      /(?:--version |secretless_runtime-)(\d+\.\d+\.\d+)/g,
    ))
      found.push([page, said]);
  return found;
}
