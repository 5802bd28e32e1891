import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Random } from "../../../../bench/scan/random.ts";
import { createRunProcess } from "../../../../core/cli/process.ts";
import { systemPlatform } from "../../../../core/base/clock-and-platform.ts";
import { fingerprint } from "../../../../core/scan/finding.ts";
import { realCli } from "../../../../sandbox/runner/find-cli.ts";
import { Flow, usualCli } from "../../support/flow.ts";
import { Writer, type Section, type Value } from "./yaml-writer.ts";

interface Hidden {
  readonly token: string;
  /** How it is to come into the workspace, for the report of a failure. */
  readonly how: string;
}

interface Bundle {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly root: string;
  readonly hidden: readonly Hidden[];
}

/** What the scan did about the tokens of some bundles. */
export interface Tally {
  bundles: number;
  /** Tokens that are in the workspace. */
  uploaded: number;
  /** Bundles that the step or the CLI refused. */
  refused: number;
  /** Ways of uploaded tokens, with their numbers. */
  readonly ways: Map<string, number>;
  /** Tokens that are in the workspace and were not found. */
  readonly bypasses: string[];
}

/** Bundles in one sandbox, which remembers every request: more take longer each. */
const TOGETHER = 20;

/**
 * Deploys bundles that hide several tokens each, with the whole flow, `scan: warn` and the real CLI, and compares what is
 * in the workspace with what the scan has found.
 */
export async function tryHiddenBundles(seeds: readonly number[]): Promise<Tally> {
  const tally: Tally = { bundles: 0, uploaded: 0, refused: 0, ways: new Map(), bypasses: [] };
  for (let at = 0; at < seeds.length; at += TOGETHER)
    await tryInOneSandbox(seeds.slice(at, at + TOGETHER), tally);
  return tally;
}

async function tryInOneSandbox(seeds: readonly number[], tally: Tally): Promise<void> {
  const flow = await Flow.start();
  const cli = (await realCli()) ?? "";
  const folders = [path.dirname(cli), "/usr/local/bin", "/usr/bin", "/bin"];
  const ports = {
    runProcess: createRunProcess(systemPlatform()),
    environment: { PATH: folders.join(path.delimiter), HOME: flow.temp },
  };
  const report = path.join(flow.temp, "scan.sarif");
  try {
    for (const seed of seeds) {
      const bundle = hiddenBundle(seed);
      await fill(flow.checkout, bundle.files);
      await rm(report, { force: true });
      const { files, jobs } = flow.sandbox.workspace;
      if (files.get(ROOT_PATH)) files.delete(ROOT_PATH, true);
      const inputs = { scan: "warn", "sarif-file": report, "bundle-root": bundle.root } as const;
      const code = await flow.run({ ...inputs, "auto-approve": "true" }, usualCli({}), { ports });
      const sarif = await readFile(report, "utf8").catch(() => "");
      const inside = [
        ...[...files.objects.values()].map(({ content }) => content.toString("latin1")),
        ...[...jobs.all.values()].map(({ settings }) => JSON.stringify(settings)),
      ];
      tally.bundles++;
      if (code !== 0) tally.refused++;
      for (const { token, how } of bundle.hidden) {
        if (!inside.some((content) => content.includes(token))) continue;
        tally.uploaded++;
        tally.ways.set(how, (tally.ways.get(how) ?? 0) + 1);
        if (!sarif.includes(fingerprint(token, ""))) tally.bypasses.push(`seed ${String(seed)}: ${how}`);
      }
      for (const id of [...jobs.all.keys()]) jobs.delete(id);
    }
  } finally {
    await flow.stop();
  }
}

const ROOT_PATH = "/Workspace/Shared/hidden";

async function fill(checkout: string, files: Bundle["files"]): Promise<void> {
  for (const name of await readdir(checkout))
    if (name !== ".git") await rm(path.join(checkout, name), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(checkout, file)), { recursive: true });
    await writeFile(path.join(checkout, file), content);
  }
}

/** Composes one bundle: what selects a file, in which document that stands, and how it is written there. */
export function hiddenBundle(seed: number): Bundle {
  return new Composer(new Random(seed), seed).bundle();
}

type Document = "root" | "included" | "json";

class Composer {
  readonly #random: Random;
  readonly #seed: number;
  readonly #files: Record<string, string | Uint8Array> = {};
  readonly #hidden: Hidden[] = [];
  readonly #documents: Record<Document, Section> = { root: {}, included: {}, json: {} };
  /** What the selected target adds, by document. */
  readonly #targets: Record<Document, Section> = { root: {}, included: {}, json: {} };
  readonly #variables: Record<string, Value> = {};
  readonly #scripts: Record<string, string[]> = {};
  readonly #root: string;

  constructor(random: Random, seed: number) {
    this.#random = random;
    this.#seed = seed;
    this.#root = random.pick(["", "lake/"]);
  }

  bundle(): Bundle {
    const spots = 3 + this.#random.below(5);
    for (let spot = 0; spot < spots; spot++) this.#hide(spot);
    const key = this.#random.pick(["targets", "targets", "environments"]);
    const home = this.#random.pick(["root", "included", "json"] as const);
    const root = this.#documents.root;
    for (const document of ["root", "included", "json"] as const) {
      const target = this.#targets[document];
      if (document !== home && Object.keys(target).length === 0) continue;
      this.#documents[document][key] = { prod: target };
    }
    root["bundle"] = { name: "hidden" };
    root["workspace"] = { root_path: ROOT_PATH };
    root["include"] = ["res/*.yml", "conf/*.json"];
    const scripts = Object.entries(this.#scripts).map(([hook, commands]) => [hook, commands.join("; ")]);
    if (scripts.length > 0) root["experimental"] = { scripts: Object.fromEntries(scripts) as Section };
    if (Object.keys(this.#variables).length > 0)
      this.#documents[this.#random.pick(["root", "included", "json"] as const)]["variables"] =
        this.#variables;
    this.#files[`${this.#root}.gitignore`] = "hid*/\n";
    this.#files[`${this.#root}m.py`] = "";
    this.#files[`${this.#root}databricks.yml`] = this.#encoded(root);
    this.#files[`${this.#root}res/a.yml`] = this.#encoded(this.#documents.included);
    this.#files[`${this.#root}conf/b.json`] = JSON.stringify(this.#documents.json);
    return { files: this.#files, root: this.#root === "" ? "." : "lake", hidden: this.#hidden };
  }

  #hide(spot: number): void {
    const random = this.#random;
    const token = `dapi${createHash("sha256")
      .update(`${String(this.#seed)} ${String(spot)}`)
      .digest("hex")
      .slice(0, 32)}`;
    const document = random.pick(["root", "included", "json"] as const);
    const inTarget = random.below(3) === 0;
    const into = inTarget ? this.#targets[document] : this.#documents[document];
    const up = document === "root" ? "" : "../";
    const name = `t${String(spot)}.${random.pick(["py", "bin", "whl", "jar", "txt"])}`;
    const here = `hid${String(spot)}/${name}`;
    const plant = (file: string): void => {
      this.#files[file] = `value = "${token}"\n`;
    };
    const command = (file: string): string =>
      `printf '%s%s' ${token.slice(0, 8)} ${token.slice(8)} > ${file}`;
    const ways: Readonly<Record<string, () => void>> = {
      "sync.include": () => {
        plant(this.#root + here);
        const pattern = random.pick([
          here,
          `hid${String(spot)}/*`,
          `hid${String(spot)}/t?.*`,
          `hid${String(spot)}/**`,
        ]);
        push(into, ["sync", "include"], this.#text(pattern.includes("?") ? here : up + pattern, up));
      },
      "sync.paths": () => {
        plant(`${this.#root === "" ? "" : "beside/"}side${String(spot)}/${name}`);
        push(this.#documents.root, ["sync", "paths"], ".");
        push(
          into,
          ["sync", "paths"],
          this.#text(`${up}${this.#root === "" ? "" : "../beside/"}side${String(spot)}`, up),
        );
      },
      library: () => {
        plant(this.#root + here);
        const kind = random.pick(["jar", "whl"]);
        const written = this.#text(random.pick([`${up}${here}`, `./${up}${here}`]), up);
        put(into, ["resources", "jobs", `j${String(spot)}`], job({ libraries: [{ [kind]: written }] }));
      },
      dependency: () => {
        plant(this.#root + here);
        const environments = [
          {
            environment_key: "e",
            spec: { environment_version: "2", dependencies: [this.#text(`./${up}${here}`, up)] },
          },
        ];
        const task = {
          task_key: "a",
          environment_key: "e",
          spark_python_task: { python_file: `./${up}m.py` },
        };
        put(into, ["resources", "jobs", `j${String(spot)}`], { name: "j", environments, tasks: [task] });
      },
      artifact: () => {
        plant(this.#root + here);
        const source = random.pick([here, `hid${String(spot)}/*`]);
        put(into, ["artifacts", `a${String(spot)}`], {
          path: up === "" ? "." : "..",
          files: [{ source: `./${up}${source}` }],
        });
      },
      build: () => {
        const made = `made${String(spot)}.bin`;
        const fields = {
          path: up === "" ? "." : "..",
          build: command(made),
          files: [{ source: `./${up}${made}` }],
        };
        put(into, ["artifacts", `a${String(spot)}`], fields);
      },
      script: () => {
        const hook = random.pick(["preinit", "postinit", "prebuild", "postbuild", "predeploy"]);
        const made = `made${String(spot)}.txt`;
        (this.#scripts[hook] ??= []).push(command(made));
        if (random.below(2) === 0) (this.#scripts["postdeploy"] ??= []).push(`rm -f ${made}`);
      },
      setting: () => {
        this.#variables[`s${String(spot)}`] = { default: token };
        const parameters = [
          { name: "p", default: random.pick([`\${var.s${String(spot)}}`, `x \${var.s${String(spot)}}`]) },
        ];
        put(into, ["resources", "jobs", `j${String(spot)}`], { ...job({}), parameters });
      },
    };
    const how = random.pick(Object.keys(ways));
    ways[how]?.();
    this.#hidden.push({ token, how: `${how} in ${document}${inTarget ? ", target" : ""}` });
  }

  /** A path, sometimes as a variable. (A part of a relative path: the folder of the file still counts.) */
  #text(text: string, up: string): string {
    if (this.#random.below(4) > 0) return text;
    const name = `v${String(Object.keys(this.#variables).length)}`;
    const rest = text.startsWith(`./${up}`) ? text.slice(2 + up.length) : text.slice(up.length);
    this.#variables[name] = { default: rest };
    return `${text.slice(0, text.length - rest.length)}\${var.${name}}`;
  }

  #encoded(section: Section): string | Uint8Array {
    const text = new Writer(this.#random).document(section);
    return this.#random.pick<() => string | Uint8Array>([
      () => text,
      () => text,
      () => text.replaceAll("\n", "\r\n"),
      () => Buffer.from(`\ufeff${text}`, "utf16le"),
      () => `${text}---\nsync: { exclude: ['**'] }\n`,
    ])();
  }
}

function job(fields: Section): Section {
  const jar = { task_key: "a", existing_cluster_id: "c", spark_jar_task: { main_class_name: "m" } };
  return { name: "j", tasks: [{ ...jar, ...fields }] };
}

function put(section: Section, keys: readonly string[], value: Value): void {
  const [key = "", ...rest] = keys;
  if (rest.length === 0) section[key] = value;
  else put((section[key] ??= {}) as Section, rest, value);
}

function push(section: Section, keys: readonly string[], item: string): void {
  const [key = "", ...rest] = keys;
  if (rest.length > 0) push((section[key] ??= {}) as Section, rest, item);
  else section[key] = [...new Set([...((section[key] ?? []) as string[]), item])];
}
