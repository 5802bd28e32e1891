import assert from "node:assert/strict";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { Plan, PlanAction } from "../../../core/cli/plan.ts";
import { deployedChanges, destroyedChanges, type Deployment } from "../../../core/flow/changed-resources.ts";

const plan = (...entries: readonly (readonly [string, PlanAction])[]): Plan => ({
  engine: "direct",
  entries: entries.map(([resource, action]) => ({
    resource,
    action,
    child: resource.split(".").length > 2,
    gone: false,
    fields: action === "update" ? ["tasks"] : [],
  })),
});
const there = (...names: readonly string[]): NonNullable<Deployment["there"]> => ({
  name: "lake",
  target: "prod",
  workspace: { host: undefined, rootPath: "/root", statePath: "/state" },
  resources: names.map((name) => {
    const [kind = "", key = ""] = name.split(".");
    return { kind, key, id: `id-${key}`, name: key, url: "", declared: true, needsRun: false };
  }),
});
const failed = (...texts: readonly string[]): SecretlessError =>
  new SecretlessError("DEPLOY_FAILED", {
    problem: "The deployment failed.",
    mistakes: texts.map((problem) => ({ problem })),
  });
const shown = (deployment: Omit<Deployment, "command">): string[] =>
  deployedChanges({ ...deployment, command: "deploy" }).map(({ change, resource, id, outcome }) => {
    const end = outcome === "unknown" ? "unknown" : outcome.ok ? "ok" : outcome.code;
    return `${change} ${resource} ${id ?? "-"} ${end}`;
  });

describe("what a deployment has changed", () => {
  const all = plan(
    ["jobs.a", "create"],
    ["jobs.a.permissions", "create"],
    ["jobs.b", "update"],
    ["jobs.c", "recreate"],
    ["jobs.d", "delete"],
    ["jobs.e", "skip"],
  );

  it("is its plan, as it is read back, and the files", () => {
    assert.deepEqual(shown({ plan: all, there: there("jobs.a", "jobs.b", "jobs.c", "jobs.e") }), [
      "created jobs.a id-a ok",
      "created jobs.a.permissions id-a ok",
      "changed jobs.b id-b ok",
      "deleted jobs.c id-c ok",
      "created jobs.c id-c ok",
      "deleted jobs.d - ok",
      "changed /root - ok",
    ]);
  });

  it("is not what cannot be read back", () => {
    assert.deepEqual(shown({ plan: plan(["jobs.a", "create"]), there: there() }), [
      "created jobs.a - DEPLOY_FAILED",
      "changed /root - ok",
    ]);
  });

  it("is after a failure what something shows: what is there, what is gone, what the CLI names", () => {
    const failure = failed("cannot update resources.jobs.b: 400", "cannot create resources.jobs.ab: 400");
    assert.deepEqual(shown({ plan: all, there: there("jobs.b", "jobs.d"), failure }), [
      "changed jobs.b id-b DEPLOY_FAILED",
      "deleted jobs.c - ok",
    ]);
    assert.deepEqual(
      shown({
        plan: all,
        there: there("jobs.a", "jobs.b"),
        failure: failed("cannot delete resources.jobs.d."),
      }),
      [
        "created jobs.a id-a ok",
        "created jobs.a.permissions id-a unknown",
        "changed jobs.b id-b unknown",
        "deleted jobs.c - ok",
        "deleted jobs.d - DEPLOY_FAILED",
      ],
    );
  });

  it("is unknown if nothing can be read back", () => {
    const unread = shown({
      plan: plan(["jobs.a", "create"], ["jobs.b", "delete"]),
      there: undefined,
      failure: failed(),
    });
    assert.deepEqual(unread, ["created jobs.a - unknown", "deleted jobs.b - unknown"]);
  });
});

describe("what a destruction has deleted", () => {
  const ended = (left: readonly string[], failure?: SecretlessError): string[] =>
    destroyedChanges(there("jobs.a", "schemas.s"), left, failure).map(
      ({ resource, outcome }) =>
        `${resource} ${outcome === "unknown" ? "unknown" : outcome.ok ? "ok" : outcome.code}`,
    );

  it("is all that was there, and the files", () => {
    assert.deepEqual(ended([]), ["jobs.a ok", "schemas.s ok", "/root ok"]);
    assert.deepEqual(destroyedChanges(there(), [], undefined), []);
  });

  it("is not what is still there, and not known of what nobody can look for", () => {
    assert.deepEqual(ended(["jobs.a"]), ["jobs.a DESTROY_INCOMPLETE", "schemas.s ok"]);
    assert.deepEqual(ended([], failed()), ["jobs.a ok", "schemas.s unknown"]);
    assert.deepEqual(ended(["jobs.a"], failed("cannot delete resources.schemas.s")), [
      "jobs.a DEPLOY_FAILED",
      "schemas.s DEPLOY_FAILED",
    ]);
  });
});
