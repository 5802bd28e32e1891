import assert from "node:assert/strict";
import type { ProcessPort } from "../../../core/cli/own-process.ts";
import { strayEnder } from "../../../core/flow/strays.ts";
import { FakeCi } from "../support/fake-ci.ts";

const FOLDER = "/temp/databricks-secretless-abcdef";
const OURS = [`DATABRICKS_BUNDLE_TMP=${FOLDER}/state`];

describe("what the bundle has left running", () => {
  let ci: FakeCi;
  let processes: Map<number, readonly string[] | undefined>;
  let port: ProcessPort;
  beforeEach(() => {
    ci = new FakeCi();
    processes = new Map([[100, undefined]]);
    port = {
      startedAt: () => Promise.resolve("1"),
      environmentOf: (pid) => processes.get(pid),
      ours: () => [...processes.keys()],
      kill: (pid) => {
        processes.delete(pid);
      },
    };
  });
  const ender = (): (() => void) =>
    strayEnder(
      { ci, found: () => undefined, ports: { platform: { os: "linux", arch: "x64" } } },
      FOLDER,
      port,
    );

  it("is ended, and said, after each command", () => {
    const end = ender();
    end();
    assert.equal(ci.annotations.length, 0);
    processes.set(7, OURS).set(8, ["A=1"]);
    end();
    assert.deepEqual([...processes.keys()], [100, 8]);
    assert.match(ci.annotations[0]?.text ?? "", /^The bundle had left programs running .* \(process 7\)\.$/);
  });

  it("is named and left running where it hides its environment, once, and not what was there before", () => {
    const end = ender();
    processes.set(9, undefined);
    end();
    end();
    assert.deepEqual([...processes.keys()], [100, 9]);
    assert.deepEqual(
      ci.annotations.map(({ text }) => /hide their environment .* \(process (.*)\)/.exec(text)?.[1]),
      ["9"],
    );
  });
});
