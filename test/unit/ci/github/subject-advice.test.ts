import assert from "node:assert/strict";
import fc from "fast-check";
import { subjectAdvice } from "../../../../core/ci/github/subject-advice.ts";

const REPO = "repo:octo-org/lake";

describe("subjects that nobody should trust", () => {
  for (const [name, claims] of [
    ["the subject of a pull request", { subject: `${REPO}:pull_request` }],
    ["an own form that ends so", { subject: "repository_id:7:context:pull_request" }],
    ["an own form with the claim event_name", { subject: "repository_owner_id:1:event_name:pull_request" }],
    [
      "an own form, the claim says it",
      { subject: "repository_id:7:job_workflow_ref:x", event: "pull_request" },
    ],
    [
      "the claim says pull_request_target",
      { subject: `${REPO}:ref:refs/heads/main`, event: "pull_request_target" },
    ],
    ["the ref of a pull request", { subject: "repository_id:7", ref: "refs/pull/5/merge" }],
    ["an own form with such a ref", { subject: "repository_id:7:ref:refs/pull/5/merge" }],
  ] as const) {
    it(`a pull request: ${name}`, () => {
      assert.equal(subjectAdvice(claims)?.otherPrincipal, true);
    });
  }

  for (const ref of ["refs/tags/v1", "refs/heads/gh-readonly-queue/main/pr-1-aa"]) {
    it(`a ref that is never seen again: ${ref}`, () => {
      const advice = subjectAdvice({ subject: `${REPO}:ref:${ref}` });
      assert.equal(advice?.subject, `${REPO}:environment:<name of the environment>`);
      assert.match(advice.remedy, /environment:/);
      assert.ok(subjectAdvice({ subject: `repository_id:7:ref:${ref}` })?.subject?.includes(ref) === false);
    });
  }

  it("says nothing of branches and environments", () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
    fc.assert(
      fc.property(word, (name) => {
        assert.equal(subjectAdvice({ subject: `${REPO}:ref:refs/heads/${name}` }), undefined);
        assert.equal(subjectAdvice({ subject: `${REPO}:environment:${name}` }), undefined);
      }),
    );
  });
});
