import { createHash } from "node:crypto";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { strToU8, zipSync } from "fflate";

/** A token that opens nothing: made of a digest, so that no rule for samples knows it. */
export const TOKEN = `dapi${createHash("sha512").update("hidden").digest("hex").slice(0, 32)}`;
export const LEAK = `value = "${TOKEN}"\n`;

export type Content = string | Uint8Array | { readonly link: string };
export type Files = Readonly<Record<string, Content>>;

export interface HidingPlace {
  readonly name: string;
  /** All files of the checkout. */
  readonly files: Files;
  /** Default: the checkout. */
  readonly root?: string;
  /** Set where the bundle itself says which target is the default. */
  readonly noTarget?: boolean;
  /** Whether the token is in the workspace before anybody can see it: only then may it be there. */
  readonly late?: boolean;
  /** Whether nobody can read it: then that is told, not the token. */
  readonly unknown?: boolean;
  /** Whether it is tried in `npm test`, of those that `test/full` has. */
  readonly sample?: boolean;
}

export const HEAD = "bundle: { name: hidden }\nworkspace: { root_path: /Workspace/Shared/hidden }\n";
const TARGETS = "targets: { prod: {} }\n";
/** Git ignores `gen/`, so that nothing of it is uploaded unless something selects it. */
const IGNORED = { ".gitignore": "gen/\n", "gen/leak.py": LEAK };
export const yml = (text: string): string => `${HEAD}${TARGETS}${text}`;
export const inRoot = (name: string, text: string, more: Files = {}): HidingPlace => ({
  name,
  files: { ...IGNORED, "databricks.yml": yml(text), ...more },
});
const task = (fields: string): string =>
  `resources: { jobs: { j: { name: j, tasks: [{ task_key: a, existing_cluster_id: c, spark_jar_task: { main_class_name: m }, ${fields} }] } } }\n`;
const spec = (fields: string): string =>
  `resources: { jobs: { j: { name: j, environments: [{ environment_key: e, spec: { environment_version: "2", ${fields} } }], tasks: [{ task_key: a, environment_key: e, spark_python_task: { python_file: ./m.py } }] } } }\n`;
const wheel = zipSync({ "pkg/load.py": strToU8(LEAK) }, { level: 0 });
export const script = (hook: string, command: string): string =>
  `experimental: { scripts: { ${hook}: ${JSON.stringify(command)} } }\n`;
/** Writes the token without that any file of the checkout holds it. */
const [FRONT, BACK] = [TOKEN.slice(0, 9), TOKEN.slice(9)];
export const write = (file: string): string => `printf 'value = "%s%s"\\n' ${FRONT} ${BACK} > ${file}`;
const utf16 = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, "utf16le");
const INCLUDE = "sync: { include: [gen/*.py] }\n";

/** Ways in which a token could come into the workspace past a scan that reads the bundle otherwise than the CLI does. */
export const HIDING_PLACES: readonly HidingPlace[] = [
  // Aliases and merges.
  inRoot("an alias in sync.include", ".i: &i [gen/*.py]\nsync: { include: *i }\n"),
  inRoot("an alias of sync", ".s: &s { include: [gen/*.py] }\nsync: *s\n"),
  inRoot("a merge in sync", ".s: &s { include: [gen/*.py] }\nsync: { <<: *s }\n"),
  inRoot(
    "a merge of merges in sync",
    ".s: &s { include: [gen/*.py] }\n.t: &t { <<: *s }\nsync: { <<: [*t] }\n",
  ),
  inRoot("an alias in sync.paths", ".s: &s [src]\nsync: { paths: *s }\n", { "src/leak.py": LEAK }),
  inRoot("an alias in include", ".i: &i [res/*.yml]\ninclude: *i\n", {
    "res/a.yml": "sync: { include: [../gen/*.py] }\n",
  }),
  inRoot("an alias as a pattern of include", ".i: &i res/*.yml\ninclude: [*i]\n", {
    "res/a.yml": "sync: { include: [../gen/*.py] }\n",
  }),
  inRoot("an alias in libraries", `.l: &l [{ jar: ./gen/leak.py }]\n${task("libraries: *l")}`),
  inRoot("a merge in a task", `.t: &t { libraries: [{ jar: ./gen/leak.py }] }\n${task("<<: *t")}`),
  inRoot(
    "an alias in artifacts",
    ".f: &f [{ source: ./gen/leak.py }]\nartifacts: { a: { path: ., files: *f } }\n",
  ),
  {
    name: "an alias of the target",
    files: {
      ...IGNORED,
      "databricks.yml": `${HEAD}.t: &t { sync: { include: [gen/*.py] } }\ntargets: { prod: *t }\n`,
    },
  },
  // Where the configuration stands.
  inRoot("an include of JSON", "include: [res/*.json]\n", {
    "res/a.json": '{"sync": {"include": ["../gen/*.py"]}}',
  }),
  inRoot("an include with a class", "include: ['res/[a-c].y?l']\n", {
    "res/b.yml": "sync: { include: [../gen/*.py] }\n",
  }),
  {
    name: "environments for targets",
    files: {
      ...IGNORED,
      "databricks.yml": `${HEAD}environments: { prod: { sync: { include: [gen/*.py] } } }\n`,
    },
  },
  {
    name: "a default target in an included file",
    files: {
      ...IGNORED,
      "databricks.yml": `${HEAD}include: [t.yml]\ntargets: { dev: {} }\n`,
      "t.yml": "targets: { prod: { default: true, sync: { include: [gen/*.py] } } }\n",
    },
    noTarget: true,
  },
  {
    name: "a target of an included file",
    files: {
      ...IGNORED,
      "databricks.yml": `${HEAD}include: [t.yml]\n`,
      "t.yml": "targets: { prod: { sync: { include: [gen/*.py] } } }\n",
    },
  },
  inRoot("duplicate keys", "sync: { exclude: [gen/*] }\nsync: { include: [gen/*.py] }\n"),
  inRoot("duplicate keys in sync", "sync: { include: [none], include: [gen/*.py] }\n"),
  { name: "UTF-16", files: { ...IGNORED, "databricks.yml": utf16(yml(INCLUDE)) } },
  inRoot("UTF-16 in an included file", "include: [u.yml]\n", { "u.yml": utf16(INCLUDE) }),
  { name: "another root file", files: { ...IGNORED, "bundle.yaml": yml(INCLUDE) } },
  inRoot("a quoted key", '"sync": { "\\u0069nclude": ["gen/*.py"] }\n'),
  inRoot("a second document", `${INCLUDE}---\nsync: { exclude: [gen/*] }\n`),
  inRoot("a line break of YAML 1.1 behind a comment", `# nothing\u0085${INCLUDE}`),
  inRoot("carriage returns", `# nothing\r${INCLUDE.replace("\n", "\r")}`),
  // Variables.
  inRoot("a variable in sync.paths", "variables: { p: { default: src } }\nsync: { paths: ['${var.p}'] }\n", {
    "src/leak.py": LEAK,
  }),
  {
    name: "a variable in sync.paths that leads out of the bundle",
    root: "lake",
    files: {
      "lake/databricks.yml": yml("variables: { p: { default: lib } }\nsync: { paths: [., '../${var.p}'] }\n"),
      "lib/leak.py": LEAK,
      "lake/lib/decoy.py": "",
    },
  },
  inRoot(
    "a variable in sync.include",
    "variables: { p: { default: gen } }\nsync: { include: ['${var.p}/*.py'] }\n",
  ),
  inRoot(
    "a variable in libraries",
    `variables: { p: { default: ./gen/leak.py } }\n${task("libraries: [{ jar: '${var.p}' }]")}`,
  ),
  {
    name: "a variable of a target",
    files: {
      ...IGNORED,
      "databricks.yml": `${HEAD}variables: { p: { default: none } }\nsync: { include: ['\${var.p}'] }\ntargets: { prod: { variables: { p: gen/*.py } } }\n`,
    },
  },
  inRoot(
    "a variable in artifacts",
    "variables: { p: { default: gen } }\nartifacts: { a: { path: ., files: [{ source: './${var.p}/leak.py' }] } }\n",
  ),
  // Libraries and artifacts.
  inRoot("a library without a slash", task("libraries: [{ jar: leak.jar }]"), {
    ".gitignore": "*.jar\n",
    "leak.jar": LEAK,
    "gen/leak.py": "",
  }),
  inRoot("a library with another ending", task("libraries: [{ whl: ./gen/leak.py }]")),
  inRoot(
    "a library of a task in a loop",
    `resources: { jobs: { j: { name: j, tasks: [{ task_key: a, for_each_task: { inputs: "[1]", task: { task_key: b, existing_cluster_id: c, spark_jar_task: { main_class_name: m }, libraries: [{ jar: ./gen/leak.py }] } } }] } } }\n`,
  ),
  inRoot("a dependency with extras", spec("dependencies: ['./gen/leak-1.0-py3-none-any.whl[all]']"), {
    "gen/leak.py": "",
    "gen/leak-1.0-py3-none-any.whl": wheel,
    "m.py": "",
  }),
  inRoot("a dependency by a pattern", spec("dependencies: [./gen/*.py]"), { "m.py": "" }),
  inRoot("the files of an artifact", "artifacts: { a: { path: ., files: [{ source: ./gen/leak.py }] } }\n"),
  inRoot(
    "the files of an artifact of type jar",
    "artifacts: { a: { type: jar, path: ., files: [{ source: ./gen/*.py }] } }\n",
  ),
  // Folders.
  {
    name: "a sync path above the bundle",
    root: "lake",
    files: { "lake/databricks.yml": yml("sync: { paths: ['..'] }\n"), "leak.py": LEAK },
  },
  {
    name: "a sync path beside the bundle, behind an alias",
    root: "lake",
    files: { "lake/databricks.yml": yml(".p: &p [., ../lib]\nsync: { paths: *p }\n"), "lib/leak.py": LEAK },
  },
  inRoot("a sync path that is a link", "sync: { paths: [lnk] }\n", {
    lnk: { link: "gen" },
    ".gitignore": "",
  }),
  inRoot("an exclude that takes back", "sync: { exclude: ['src/*', '!src/leak.py'] }\n", {
    "src/leak.py": LEAK,
  }),
  // Code of the bundle.
  inRoot(
    "a source made by a build",
    `artifacts: { a: { path: ., build: ${JSON.stringify(write("made.py"))}, files: [{ source: ./made.py }] } }\n`,
  ),
  inRoot(
    "a source that a build makes beside its artifact",
    `artifacts: { a: { path: ., build: ${JSON.stringify(`${write("beside.py")}; echo 1 > a.bin`)}, files: [{ source: ./a.bin }] } }\n`,
  ),
  inRoot("a source made by prebuild", script("prebuild", write("made.py"))),
  inRoot("a source made by postbuild", script("postbuild", write("made.py"))),
  inRoot("a source made by preinit", script("preinit", write("made.py"))),
  inRoot("a source made by postinit", script("postinit", write("made.py"))),
  { ...inRoot("a source made by predeploy", script("predeploy", write("made.py"))), late: true },
  {
    ...inRoot(
      "a source made by predeploy and removed by postdeploy",
      `experimental: { scripts: { predeploy: ${JSON.stringify(write("made.py"))}, postdeploy: "rm made.py" } }\n`,
    ),
    late: true,
  },
  {
    ...inRoot(
      "a source changed by predeploy and put back by postdeploy, times and all",
      `experimental: { scripts: { predeploy: ${JSON.stringify(`cp -p a.py .keep; ${write("a.py")}`)}, postdeploy: "mv .keep a.py" } }\n`,
      { "a.py": `value = "${"x".repeat(TOKEN.length)}"\n`, ".gitignore": "gen/\n.keep\n" },
    ),
    late: true,
  },
  {
    ...inRoot(
      "an artifact that only the second build fills",
      `artifacts: { a: { path: ., build: ${JSON.stringify(`if [ -e gen/a.bin ]; then ${write("gen/a.bin")}; else echo 1 > gen/a.bin; fi`)}, files: [{ source: ./gen/a.bin }] } }\n`,
      { "gen/leak.py": "" },
    ),
    late: true,
  },
  inRoot("settings of an included JSON", "include: [j.json]\n", {
    "j.json": JSON.stringify({
      resources: { jobs: { j: { name: "j", parameters: [{ name: "t", default: "${var.t}" }] } } },
      variables: { t: { default: TOKEN } },
    }),
  }),
];

/** Replaces everything in the checkout but `.git` by these files. */
export async function fillCheckout(checkout: string, files: Files, before: Files = {}): Promise<void> {
  for (const file of Object.keys(before))
    await rm(path.join(checkout, file.split("/")[0] ?? file), { recursive: true, force: true });
  for (const [file, content] of Object.entries(files)) {
    // A lone surrogate stands for a byte that is no UTF-8, as in Python's file names (PEP 383).
    const [before, after] = path.join(checkout, file).split("\udcff");
    const full =
      after === undefined
        ? (before ?? "")
        : Buffer.concat([Buffer.from(before ?? ""), Buffer.from([0xff]), Buffer.from(after)]);
    await mkdir(path.dirname(String(full)), { recursive: true });
    if (typeof content === "string" || content instanceof Uint8Array) await writeFile(full, content);
    else await symlink(content.link, full);
  }
}
