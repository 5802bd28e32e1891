import assert from "node:assert/strict";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { Facts } from "../../../core/report/facts.ts";
import { planComment } from "../../../core/report/plan-comment.ts";

const facts: Facts = {
  command: "plan",
  workspaceUrl: "https://example.com",
  runUrl: "https://ci.example.com/runs/1",
  asked: { bundleRoot: "bundles/a--b", target: "prod" },
  bundle: { name: "lake", target: "prod" },
  plan: {
    changes: [{ action: "delete", resource: "jobs.old", fields: [] }],
    unchanged: 2,
  },
  warnings: [],
};

describe("the plan as a comment of a pull request", () => {
  it("begins with a mark that cannot end its own HTML comment, and is the same for every plan of the target", () => {
    const [mark = ""] = planComment(facts).split("\n");
    assert.equal(mark, "<!-- databricks-secretless plan bundles%2Fa%2D%2Db prod -->");
    const failed = planComment(facts, new SecretlessError("BUNDLE_INVALID", { problem: "x --> y" }));
    assert.equal(failed.split("\n")[0], mark);
    assert.match(failed, /BUNDLE_INVALID/);
    assert.equal([...failed.matchAll(/-->/g)].length, 1);
    const unread = { ...facts, asked: { bundleRoot: "." } };
    assert.equal(planComment(unread).split("\n")[0], "<!-- databricks-secretless plan . -->");
  });

  it("shows the change and the run, and no identity", () => {
    const text = planComment({ ...facts, principal: { applicationId: "id", name: "deployer" } });
    assert.match(
      text,
      /Destroys 1[^]*jobs&#46;old[^]*\[The run of this plan\]\(<https:\/\/ci\.example\.com\/runs\/1>\)/,
    );
    assert.ok(!text.includes("deployer"));
  });

  it("fits an output, cut at a line, with what is open closed", () => {
    const values = [{ path: "x", old: "o".repeat(300), now: "n".repeat(300) }];
    const changes = Array.from({ length: 190 }, (_, at) => ({
      ...{ action: "update", resource: `jobs.j${String(at)}`, fields: ["x"], values },
    }));
    const text = planComment({ ...facts, plan: { changes, unchanged: 0 } });
    assert.ok(Buffer.byteLength(text) <= 30_100, String(text.length));
    assert.match(text, /\n… cut; the log has the rest\.\n$/);
    assert.equal(text.split("<details>").length, text.split("</details>").length);
  });
});
