import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, readdir, readFile, rm, utimes } from "node:fs/promises";
import path from "node:path";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { environmentForTests, runToEnd, RUNTIME } from "../shells/support/python.ts";

describe("the runtime package with all its vendors' clients (skipped without Python 3.10 or later and a package registry)", function () {
  this.timeout(600_000);
  let python: string;
  let folder: string;
  const has = async (module: string): Promise<boolean> =>
    (await runToEnd(python, ["-c", `import ${module}`])).code === 0;

  before(async function () {
    folder = await freshUntilExit("runtime-python");
    const found = await environmentForTests(folder);
    if (found === undefined) return this.skip();
    python = found;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("its own tests pass, against the vendors' clients that are there", async () => {
    const { code, output } = await runToEnd(python, ["-m", "pytest", "-q"]);
    const counts = /^\d+ (?:passed|failed).*$/m.exec(output)?.[0];
    console.log(`pytest of runtime/: ${counts ?? "no counts"}`);
    for (const [line] of output.matchAll(/^SKIPPED .*$/gm)) console.log(`pytest ${line.toLowerCase()}`);
    assert.equal(code, 0, output);
    assert.match(counts ?? "", /^[1-9]\d* passed/);
  });

  for (const [tool, args] of [
    ["ruff", ["check", "."]],
    ["ruff", ["format", "--check", "."]],
    ["mypy", []],
  ] as const) {
    it(`${[tool, ...args].join(" ")} finds nothing (skipped without ${tool})`, async function () {
      if (!(await has(tool))) return this.skip();
      const { code, output } = await runToEnd(python, ["-m", tool, ...args]);
      assert.equal(code, 0, output);
    });
  }

  it("wheel and sdist are the same bytes from another copy, and the wheel installs alone (skipped without build)", async function () {
    if (!(await has("build")) || !(await has("hatchling"))) return this.skip();
    const build = async (when: Date): Promise<{ folder: string; hashes: Record<string, string> }> => {
      const folder = await freshUntilExit("runtime-build");
      const copy = path.join(folder, "copy");
      await cp(RUNTIME, copy, { recursive: true });
      await utimes(path.join(copy, "pyproject.toml"), when, when);
      await utimes(path.join(copy, "src/databricks_secretless/__init__.py"), when, when);
      const args = ["-m", "build", "--no-isolation", "--outdir", path.join(folder, "out"), copy];
      const { code, output } = await runToEnd(python, args);
      assert.equal(code, 0, output);
      const hashes: Record<string, string> = {};
      for (const name of await readdir(path.join(folder, "out"))) {
        const bytes = await readFile(path.join(folder, "out", name));
        hashes[name] = createHash("sha256").update(bytes).digest("hex");
      }
      return { folder: path.join(folder, "out"), hashes };
    };
    const first = await build(new Date("2001-01-01"));
    const second = await build(new Date("2026-11-11"));
    assert.deepEqual(first.hashes, second.hashes);
    const names = Object.keys(first.hashes).sort();
    assert.equal(names.length, 2);
    assert.match(names.join(" "), /-py3-none-any\.whl .*\.tar\.gz/);

    const clean = path.join(await freshUntilExit("runtime-clean"), "venv");
    const inside = path.join(clean, process.platform === "win32" ? "Scripts" : "bin", "python");
    const wheel = path.join(first.folder, names.find((name) => name.endsWith(".whl")) ?? "");
    const steps: readonly (readonly [string, readonly string[]])[] = [
      [python, ["-m", "venv", clean]],
      [inside, ["-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel]],
      [
        inside,
        [
          "-c",
          "import databricks_secretless as p, pathlib, sys; p.access; " +
            "assert (pathlib.Path(p.__file__).parent / 'py.typed').is_file(); " +
            "others = {m.partition('.')[0] for m in sys.modules} - sys.stdlib_module_names; " +
            "print(sorted(m for m in others if not m.startswith(('_', 'sitecustomize', 'distutils'))))",
        ],
      ],
    ];
    for (const [file, args] of steps) {
      const { code, output } = await runToEnd(file, args, { cwd: clean.replace(/venv$/, "") });
      assert.equal(code, 0, output);
      if (args[0] === "-c") assert.equal(output.trim(), "['databricks_secretless']");
    }
  });
});
