import assert from "node:assert/strict";
import path from "node:path";
import fc from "fast-check";
import { realCli, startRig, type Asked } from "./asked-hosts.ts";
import { inCheckout, type Files } from "./checkouts.ts";
import { PIN_CASES } from "./host-pin-cases.ts";
import { codeOf, judged } from "./judged.ts";
import { filesOf } from "./pin-case.ts";

/** Bundles of usual make, whose parts contradict each other in every way. */
const bundles = (
  approved: string,
  other: string,
): fc.Arbitrary<{ files: Files; target: string | undefined }> => {
  const host = fc.constantFrom(
    `host: '${approved}'`,
    `host: '${other}'`,
    `host: ''`,
    "host: null",
    "root_path: /x",
  );
  const workspace = fc.oneof(
    host.map((setting) => `{ ${setting} }`),
    fc.tuple(host, host).map(([first, second]) => `{ ${first}, ${second} }`),
    fc.constantFrom("null", "{}", "*approved", "*other", "{ <<: *approved }", "{ <<: [*other, *approved] }"),
    host.map((setting) => `{ <<: *other, ${setting} }`),
  );
  const targetBody = fc
    .record({ workspace, standard: fc.constantFrom("", "default: true,", "default: false,", "default: on,") })
    .map((body) => `{ ${body.standard} workspace: ${body.workspace} }`);
  const targets = fc
    .record({
      key: fc.constantFrom(...Array.from({ length: 9 }, () => "targets"), "environments"),
      p: fc.option(targetBody, { nil: "null" }),
      q: fc.option(targetBody, { nil: undefined }),
    })
    .map(({ key, p, q }) => `${key}:\n  p: ${p}\n${q === undefined ? "" : `  q: ${q}\n`}`);
  const part = fc.oneof(
    workspace.map((text) => `workspace: ${text}\n`),
    targets,
    fc.constant(""),
  );
  const anchors = `x-a: &approved { host: '${approved}' }\nx-o: &other { host: '${other}' }\n`;
  const file = fc.array(part, { maxLength: 2 }).map((parts) => anchors + parts.join(""));
  return fc.record({
    files: fc.record({ root: file, a: file, b: file }).map(({ root, a, b }) => ({
      "databricks.yml": `bundle: { name: b }\ninclude: ['inc/*.yml', z.json]\n${root}`,
      "inc/a.yml": a,
      "z.json": b,
    })),
    target: fc.constantFrom(undefined, "p", "p", "p"),
  });
};

describe("databricks/host-pin beside the real CLI (skipped without one on PATH)", function () {
  this.timeout(240_000);
  let cli: string | undefined;
  let rig: Awaited<ReturnType<typeof startRig>> | undefined;
  const results = new Map<string, Asked>();

  before(async function () {
    cli = await realCli();
    if (cli === undefined) this.skip();
    const started = await startRig();
    rig = started;
    await inParallel(PIN_CASES, async (one) => {
      await inCheckout(filesOf(one, started.approved, started.other), async (checkout) => {
        results.set(
          one.title,
          await started.ask(cli ?? "", path.join(checkout, one.root ?? "."), one.target),
        );
      });
    });
  });
  after(() => rig?.stop());

  for (const { title, cli: expected } of PIN_CASES) {
    it(title, () => {
      assert(rig);
      const asked = results.get(title);
      const hosts = { approved: [rig.approved], other: [rig.other], nothing: [] }[expected];
      assert.deepEqual(asked?.hosts, hosts, asked?.output);
    });
  }

  it("what we accept goes to the approved host alone, and what goes elsewhere is refused (100 bundles)", async () => {
    assert(rig);
    const { approved, other } = rig;
    const ask = rig.ask.bind(rig);
    const samples = fc.sample(bundles(approved, other), { seed: 20261125, numRuns: 100 });
    const counts = { accepted: 0, refused: 0, invalid: 0 };
    await inParallel(samples, ({ files, target }) =>
      inCheckout(files, async (checkout) => {
        const ours = codeOf(await judged(checkout, { host: approved, target }));
        const asked = await ask(cli ?? "", checkout, target);
        const story = `${JSON.stringify({ files, target, ours, hosts: asked.hosts }, null, 1)}\n${asked.output}`;
        if (ours === "BUNDLE_INVALID") {
          counts.invalid++;
          assert.deepEqual(asked.hosts, [], story);
        } else if (ours === "HOST_NOT_APPROVED") {
          counts.refused++;
          assert(asked.hosts.length === 0 || asked.hosts.includes(other), story);
        } else {
          counts.accepted++;
          assert.deepEqual(asked.hosts, [approved], story);
        }
      }),
    );
    assert(counts.accepted > 10 && counts.refused > 10 && counts.invalid > 10, JSON.stringify(counts));
  });
});

/** Four at a time: starting the CLI is mostly waiting. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}
