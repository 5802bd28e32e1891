import assert from "node:assert/strict";
import { appendFile, chmod, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { zipSync } from "fflate";
import { realCli } from "../../sandbox/runner/find-cli.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { compare, type Compared } from "./public-bundles/both-ways.ts";
import { bundlesOf, collections } from "./public-bundles/population.ts";
import { printTable } from "./table.ts";

/** Why we refuse what the bare CLI deploys; any other reason is a fault of ours. */
const STRICTER: Readonly<Record<string, string>> = {
  CREDENTIAL_FOUND: "it holds a stored credential",
  CREDENTIAL_IN_BUNDLE: "it names a profile, an auth type or a credential",
  HOST_NOT_APPROVED: "it is for another workspace",
  ARCHIVE: "its code runs in the deployment, which uploads one archive that nobody reads back",
  PLAN: "the CLI itself cannot plan it (`databricks bundle plan`), though it deploys it",
  LOCK: "it would break another deployment's lock (`bundle.deployment.lock.force`)",
};

const LANES = 2;
/** Every how many bundles one is tried, to look at a part of them, and which is the first. */
const EVERY = Number(process.env["PUBLIC_BUNDLES_EVERY"] ?? "1");
const FIRST = Number(process.env["PUBLIC_BUNDLES_FIRST"] ?? "0");
const ONLY = new RegExp(process.env["PUBLIC_BUNDLES_ONLY"] ?? "");

describe("bundles that people have: the bare CLI beside the built action", function () {
  this.timeout(7_200_000);
  const { here, absent } = collections();
  let cli = "";
  let folders: readonly string[] = [];
  before(async function () {
    cli = (await realCli()) ?? "";
    if (cli === "") this.skip();
    folders = [await buildTools(), ...(process.env["PATH"] ?? "").split(path.delimiter)];
  });
  for (const name of absent) it(`${name}: not fetched`);

  for (const collection of here) {
    it(`${collection.name}: what the bare CLI deploys is deployed with the same writing requests`, async () => {
      const bundles = (await bundlesOf(collection)).filter(
        ({ name }, index) => index % EVERY === FIRST && ONLY.test(name),
      );
      const all: Compared[] = [];
      const next = bundles.values();
      const lane = async (): Promise<void> => {
        for (const bundle of next) all.push(await compare(bundle, cli, folders));
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      await show(collection.name, all);
      assert.ok(all.some(({ verdict }) => verdict === "same"));
      const faults = all.filter(
        ({ verdict, why }) =>
          verdict === "weaker" || verdict === "different" || (verdict === "stricter" && !(why in STRICTER)),
      );
      assert.deepEqual(faults.map(({ bundle, verdict, why }) => `${bundle}: ${verdict}: ${why}`).sort(), []);
    });
  }
});

async function show(title: string, all: readonly Compared[]): Promise<void> {
  const count = (verdict: Compared["verdict"]): number => all.filter((one) => one.verdict === verdict).length;
  const ratios = all.flatMap(({ ratio }) => ratio ?? []).sort((a, b) => a - b);
  const at = (share: number): string => (ratios[Math.floor((ratios.length - 1) * share)] ?? 0).toFixed(2);
  printTable(
    title,
    [
      "tried",
      "same",
      "refused by both",
      "not finished",
      "stricter",
      "different",
      "weaker",
      "ours ÷ bare",
      "worst",
      "load",
    ],
    [
      [
        all.length,
        count("same"),
        count("refused by both"),
        count("not finished"),
        count("stricter"),
        count("different"),
        count("weaker"),
        at(0.5),
        at(1),
        os.loadavg()[0]?.toFixed(1),
      ],
    ],
  );
  const stricter = all.filter(({ verdict }) => verdict === "stricter");
  const rows = stricter.map(({ bundle, why }) => [bundle, why, STRICTER[why] ?? "NO REASON"]);
  if (rows.length > 0) printTable("stricter", ["bundle", "code", "reason"], rows.sort());
  const file = process.env["PUBLIC_BUNDLES_LOG"];
  if (file === undefined) return;
  for (const { bundle, verdict, why, log } of all)
    await appendFile(file, `===== ${bundle}\n${verdict}: ${why}\n${verdict === "same" ? "" : log}\n`);
}

/**
 * Builders that work without a network, and make the same wheel for both: `uv`, `poetry`, `python -m build`. What else is
 * asked of `python` goes to the Python on PATH.
 */
async function buildTools(): Promise<string> {
  const folder = await freshUntilExit("build-tools");
  const wheel = path.join(folder, "wheel");
  const mtime = new Date("2026-01-01");
  await writeFile(wheel, zipSync({ "built/__init__.py": [Buffer.from(""), { mtime }] }));
  const build = `mkdir -p dist && cp "${wheel}" "dist/$(basename "$PWD" | tr -c '[:alnum:]\\n' _)-0.0.1-py3-none-any.whl"`;
  const python = `case "$*" in "-m build"*) ${build} ;; *) exec python3 "$@" ;; esac`;
  for (const [name, script] of Object.entries({ uv: build, poetry: build, python })) {
    await writeFile(path.join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(path.join(folder, name), 0o755);
  }
  return folder;
}
