import assert from "node:assert/strict";
import { ACCESS_MISTAKES } from "./access-mistakes.ts";
import { BUNDLE_MISTAKES } from "./bundle-mistakes.ts";
import { ENVIRONMENT_MISTAKES } from "./environment-mistakes.ts";
import { INPUT_MISTAKES } from "./input-mistakes.ts";
import { POLICY_MISTAKES } from "./policy-mistakes.ts";
import { RUN_MISTAKES } from "./run-mistakes.ts";
import { toldOf } from "./reader.ts";

const ALL = [
  ...INPUT_MISTAKES,
  ...RUN_MISTAKES,
  ...ENVIRONMENT_MISTAKES,
  ...BUNDLE_MISTAKES,
  ...ACCESS_MISTAKES,
  ...POLICY_MISTAKES,
];

describe("mistakes in inputs and in the user's files", () => {
  it("are tried in at least 60 ways, each once", () => {
    assert.ok(ALL.length >= 60);
    assert.equal(new Set(ALL.map(({ what }) => what)).size, ALL.length);
  });

  for (const { what, written, more = [], ...wanted } of ALL) {
    it(`${what}: what is wrong, where, what was wanted, what was found, what to do`, async () => {
      const [first, ...others] = await toldOf(written);
      assert.deepEqual(first, wanted);
      assert.deepEqual(
        others.map(({ problem }) => problem),
        more,
      );
      // A text that is no YAML has nothing that could be told as found.
      for (const field of ["wanted", "found", "remedy"] as const)
        assert.ok(wanted[field] !== "" || (field === "found" && wanted.problem.includes("YAML")), field);
      const files = Object.keys(written.files ?? {});
      if (written.exceptions !== undefined || files.some((file) => /^(?:access|policy)\.yml$/.test(file)))
        assert.match(wanted.place, /:\d+:\d+$/);
    });
  }

  it("a good set of inputs and files has none", async () => {
    const files = {
      "access.yml":
        "version: 1\njobs:\n  a:\n    - { purpose: p, targets: [prod], unity_catalog_credential: hr }\n",
      "values.yml": 'catalog: 1.10\nclusters: [{ version: "1.10" }]\n',
    };
    const inputs = { "variables-file": "values.yml", variables: "catalog=main", target: "prod" } as const;
    assert.deepEqual(await toldOf({ inputs, files, env: { DATABRICKS_BUNDLE_ENV: "prod" } }), []);
  });
});
