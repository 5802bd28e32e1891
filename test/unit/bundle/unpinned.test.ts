import assert from "node:assert/strict";
import { unpinnedCode } from "../../../core/bundle/unpinned.ts";
import type { Json } from "../../../core/api/json.ts";

const of = (job: Json): string[] => unpinnedCode({ resources: { jobs: { a: job } } });
const task = (library: Json): Json => ({ tasks: [{ libraries: [library] }] });
const environment = (...dependencies: string[]): Json => ({ environments: [{ spec: { dependencies } }] });

describe("code of others that is not pinned", () => {
  for (const [what, job] of Object.entries({
    "a version": task({ pypi: { package: "requests==2.32.3" } }),
    "a version with extras and a marker": environment('requests[socks]==2.32.3; python_version > "3.9"'),
    "coordinates with a version": task({ maven: { coordinates: "org.x:lib_2.12:1.0.0" } }),
    "a digest": {
      job_clusters: [{ new_cluster: { docker_image: { url: `x/y@sha256:${"a".repeat(64)}` } } }],
    },
    "a file of the bundle": environment(
      "../dist/*.whl",
      "/Workspace/lib/x.whl",
      "./pkg",
      "-r requirements.txt",
    ),
    "a wheel of the bundle": task({ whl: "/Workspace/x.whl" }),
    "an address with a hash": environment(`x @ https://example.com/x.whl#sha256=${"a".repeat(64)}`),
    nothing: {},
  }))
    it(`is not ${what}`, () => {
      assert.deepEqual(of(job), []);
    });

  for (const [what, job, shown] of [
    ["a name alone", task({ pypi: { package: "requests" } }), "jobs.a: library requests"],
    ["a range", environment("requests>=2"), "jobs.a: dependency requests>=2"],
    ["a wildcard", environment("requests==2.*"), "jobs.a: dependency requests==2.*"],
    ["two bounds", environment("requests==2.1,<3"), "jobs.a: dependency requests==2.1,<3"],
    [
      "coordinates with a range",
      task({ maven: { coordinates: "g:a:[1.0,)" } }),
      "jobs.a: library g:a:[1.0,)",
    ],
    ["a snapshot", task({ maven: { coordinates: "g:a:1-SNAPSHOT" } }), "jobs.a: library g:a:1-SNAPSHOT"],
    ["a tag", { new_cluster: { docker_image: { url: "x/y:latest" } } }, "jobs.a: image x/y:latest"],
    ["CRAN", task({ cran: { package: "ada" } }), "jobs.a: library ada (CRAN, which has no versions to name)"],
  ] as const)
    it(`is ${what}`, () => {
      assert.deepEqual(of(job), [shown]);
    });
});
