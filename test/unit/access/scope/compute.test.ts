import assert from "node:assert/strict";
import { scopeWords } from "../../../../core/access/scope/proof.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import { examine, P1, proofOf } from "./scope-setup.ts";
import { principalOf, type JobSetup } from "../setup.ts";
import { type Settings, task, python } from "./settings.ts";

describe("the compute of a job", () => {
  const shared: Settings = task({ ...python, existing_cluster_id: "c-1" });
  const jobs: readonly JobSetup[] = [{ key: "load_a", principal: P1, id: "11", settings: shared }];
  const on =
    (mode: string | undefined, more: Settings = {}) =>
    (fake: FakeDatabricks): void => {
      fake.clusters.set("c-1", { cluster_id: "c-1", data_security_mode: mode ?? null, ...more });
      fake.permissions.set("clusters/c-1", [
        { group_name: "analysts", all_permissions: [{ permission_level: "CAN_ATTACH_TO" }] },
      ]);
    };
  const stranger = (fake: FakeDatabricks): void => {
    fake.jobs.push({
      job_id: "77",
      settings: { name: "thief", run_as: { service_principal_name: principalOf(8) }, ...shared },
    });
  };
  const words: readonly (readonly [string, (fake: FakeDatabricks) => void, RegExp])[] = [
    ["standard", on("DATA_SECURITY_MODE_STANDARD"), /^job-scoped: proven/],
    ["standard by its old name", on("USER_ISOLATION"), /^job-scoped: proven/],
    ["dedicated to the job's principal", on("SINGLE_USER", { single_user_name: P1 }), /^job-scoped: proven/],
    [
      "dedicated, with another job on it",
      (fake) => {
        on("DATA_SECURITY_MODE_DEDICATED", { single_user_name: P1 })(fake);
        stranger(fake);
      },
      /^cluster-scoped \(job "thief" \(77\)\): proven/,
    ],
    [
      "dedicated to a group",
      on("DATA_SECURITY_MODE_DEDICATED", { single_user_name: "analysts" }),
      /^cluster-scoped \(analysts\): proven/,
    ],
    ["without isolation", on("NONE"), /^cluster-scoped \(analysts\): proven/],
    ["without a mode", on(undefined), /^cluster-scoped \(analysts\): proven/],
    ["of a mode that is not known", on("SOMETHING_NEW"), /^cluster-scoped \(analysts\): proven/],
    ["chosen at its start", on("DATA_SECURITY_MODE_AUTO"), /^job-scoped: unproven/],
    ["unreadable", () => undefined, /^job-scoped: unproven/],
    [
      "standard, with an init script in a bucket",
      on("USER_ISOLATION", { init_scripts: [{ s3: { destination: "s3://b/i.sh" } }] }),
      /^job-scoped: unproven/,
    ],
    [
      "standard, with a library in a bucket",
      (fake) => {
        on("USER_ISOLATION")(fake);
        fake.libraries.set("c-1", [{ library: { whl: "s3://b/x.whl" } }]);
      },
      /^job-scoped: unproven/,
    ],
  ];
  for (const [what, change, pattern] of words) {
    it(`on a cluster that is ${what}: ${pattern.source}`, async () => {
      assert.match(scopeWords(await proofOf({ jobs, change })), pattern);
    });
  }

  it("is no proof about the job where others share it: policy must accept that", async () => {
    const change = on("NONE");
    const strict = "version: 1\nrules: [{ name: all, effect: allow }]\n";
    assert.equal((await examine({ jobs, change, policy: strict })).findings[0]?.code, "ACCESS_DENIED");
    const lax = "version: 1\nrules: [{ name: all, effect: allow, when: { scope: unproven } }]\n";
    assert.equal((await examine({ jobs, change, policy: lax })).changes[0]?.action, "grant");
  });
});
