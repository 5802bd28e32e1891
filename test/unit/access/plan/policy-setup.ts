import assert from "node:assert/strict";
import { decide, type Evidence, type PolicyRequest } from "../../../../core/access/plan/policy.ts";
import { readPolicyFile, type PolicyFile } from "../../../../core/access/files/policy-file.ts";

export const parse = (text: string): ReturnType<typeof readPolicyFile> =>
  readPolicyFile({ path: "policy.yml", text }, false);
export const policy = (...rules: string[]): PolicyFile => {
  const { value, mistakes } = parse(`version: 1\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`);
  assert.ok(value, mistakes.map(({ problem }) => problem).join("\n"));
  return value;
};
export const REQUEST: PolicyRequest = {
  job: "nightly_ingest",
  purpose: "read-hr",
  kind: "unity_catalog_credential",
  resource: "hr",
  foldsCase: true,
  target: "prod",
  principal: "a0000000-0000-4000-8000-000000000001",
  scope: "proven",
};
export const EVIDENCE: Evidence = {
  claims: {
    repository: "example-org/lake",
    ref: "refs/heads/main",
    environment: "prod",
    actor: "ci",
    event: "push",
    pipeline: "deploy.yml",
    commit: "abc",
  },
  // A Wednesday, 11:00 in Berlin.
  selfReported: {
    now: Date.parse("2026-11-25T10:00:00Z"),
    addresses: ["10.1.2.3", "fd00::1"],
    commit: "abc",
  },
};
export const decideBy = (
  file: PolicyFile | undefined,
  request: Partial<PolicyRequest> = {},
  evidence = EVIDENCE,
): string => {
  const { effect, rule } = decide(file, { ...REQUEST, ...request }, evidence);
  return `${effect} ${rule}`;
};
