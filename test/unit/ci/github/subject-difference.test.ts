import assert from "node:assert/strict";
import fc from "fast-check";
import { subjectDifference, subjectHint } from "../../../../core/ci/github/subject-difference.ts";

const REPO = "repo:example-org/lake";
const IDS = "repo:example-org@12/lake@345";

describe("subject difference", () => {
  for (const [presented, wanted, detail, remedy] of [
    [
      `${REPO}:ref:refs/heads/main`,
      `${REPO}:environment:prod`,
      /known by refs\/heads\/main, the policy is for environment prod$/,
      /give the job `environment: prod`/,
    ],
    [
      `${REPO}:environment:prod`,
      `${REPO}:ref:refs/heads/main`,
      /known by environment prod, the policy is for refs\/heads\/main$/,
      /run on refs\/heads\/main, without `environment:`/,
    ],
    [
      `${REPO}:environment:prod`,
      `${REPO}:pull_request`,
      /the policy is for pull_request$/,
      /for a pull request, without/,
    ],
    [
      `${REPO}:environment:prod`,
      `${REPO}:environment:dev`,
      /environment prod, the policy is for environment dev$/,
      /give the job `environment: dev`/,
    ],
    [
      `${REPO}:ref:refs/heads/main`,
      `${REPO}:ref:refs/heads/dev`,
      /refs\/heads\/main, the policy is for refs\/heads\/dev$/,
      /run on refs\/heads\/dev/,
    ],
    [
      `${REPO}:pull_request`,
      `${REPO}:environment:prod`,
      /known by pull_request, the policy is for environment prod$/,
      /separate one that can only read/,
    ],
    [
      `${IDS}:environment:prod`,
      `${REPO}:environment:prod`,
      /^: it has IDs, the policy's has none$/,
      /15 July 2026/,
    ],
    [
      `${REPO}:environment:prod`,
      `${IDS}:environment:prod`,
      /^: the policy's has IDs, this one has none$/,
      /15 July 2026/,
    ],
    [
      `${IDS}:environment:prod`,
      "repo:example-org@12/lake@346:environment:prod",
      /another repository had this name/,
      /who owns/,
    ],
    [
      `${IDS}:environment:prod`,
      "repo:example-org@13/lake@345:environment:prod",
      /another repository had this name/,
      /who owns/,
    ],
    [
      `${IDS}:environment:prod`,
      `${IDS}:environment:dev`,
      /the policy is for environment dev$/,
      /environment: dev/,
    ],
    [
      `${REPO}:environment:prod`,
      `${REPO}:environment:Prod`,
      /^ in upper and lower case alone$/,
      /compared exactly/,
    ],
    [
      `${REPO}:environment:prod`,
      "repo:example-org/old:environment:prod",
      /names example-org\/old/,
      /another repository, or this one was renamed/,
    ],
  ] as const) {
    it(`between ${presented} and ${wanted}`, () => {
      const difference = subjectDifference(presented, wanted);
      assert.match(difference?.detail ?? "", detail);
      assert.match(difference?.remedy ?? "", remedy);
    });
  }

  it("is not guessed for an organisation's own form", () => {
    assert.equal(subjectDifference(`${REPO}:environment:prod`, "repository_owner:example-org"), undefined);
    assert.equal(subjectDifference("p://o/p/q", `${REPO}:environment:prod`), undefined);
  });

  it("always introduces the command, and never sends a pull request to the policy of the deployer", () => {
    const context = fc.constantFrom(
      "environment:prod",
      "environment:dev",
      "ref:refs/heads/main",
      "pull_request",
      "x:y",
    );
    const subject = fc
      .tuple(fc.constantFrom(REPO, IDS, "repo:other/lake"), context)
      .map((parts) => parts.join(":"));
    fc.assert(
      fc.property(subject, subject, (presented, wanted) => {
        fc.pre(presented !== wanted);
        for (const text of [subjectDifference(presented, wanted)?.remedy, subjectHint(presented)]) {
          assert.ok(text === undefined || text.endsWith(":"));
        }
        if (presented.endsWith("pull_request")) assert.match(subjectHint(presented), /only read/);
      }),
    );
  });
});

describe("subject hint", () => {
  for (const [presented, hint] of [
    [`${REPO}:environment:prod`, /^The job has an `environment:`.*count\. Add the policy:$/],
    [`${IDS}:environment:prod`, /A policy of before has none\. Add the policy:$/],
    [`${REPO}:ref:refs/heads/main`, /^The job has no `environment:`/],
    [`${REPO}:pull_request`, /can only read/],
    ["another CI", /^Add the policy:$/],
  ] as const) {
    it(`for ${presented}`, () => assert.match(subjectHint(presented), hint));
  }
});
