import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";

const FILE = "../../../examples/template-github-actions/.github/workflows/lake_orders-plan.yml";

interface Comment {
  readonly id: number;
  readonly user: { readonly type: string };
  body: string;
}
type Script = (github: object, context: object, process: object) => Promise<void>;

/** The script of the job that writes the plans into the pull request, and what it does to a pull request's comments. */
async function comments(existing: Comment[], needs: object): Promise<Comment[]> {
  const { jobs } = parse(await readFile(path.resolve(import.meta.dirname, FILE), "utf8")) as {
    jobs: { comment: { steps: readonly { with: { script: string } }[] } };
  };
  const [step] = jobs.comment.steps;
  // As actions/github-script does.
  const AsyncFunction = (async () => Promise.resolve()).constructor as new (...args: string[]) => Script;
  const run = new AsyncFunction("github", "context", "process", step?.with.script ?? "");
  const all = [...existing];
  const github = {
    paginate: () => Promise.resolve(all),
    rest: {
      issues: {
        listComments: undefined,
        createComment: ({ body, issue_number }: { body: string; issue_number: number }) => {
          assert.equal(issue_number, 7);
          all.push({ id: all.length + 1, user: { type: "Bot" }, body });
          return Promise.resolve();
        },
        updateComment: ({ body, comment_id }: { body: string; comment_id: number }) => {
          const one = all.find(({ id }) => id === comment_id);
          assert.ok(one);
          one.body = body;
          return Promise.resolve();
        },
      },
    },
  };
  const context = {
    serverUrl: "https://github.com",
    repo: { owner: "example-org", repo: "lake" },
    runId: 4211,
    issue: { number: 7 },
  };
  await run(github, context, { env: { NAME: "lake_orders", PLANS: JSON.stringify(needs) } });
  return all;
}

const plan = (changes: readonly object[], access: object = {}): object => ({
  result: "success",
  outputs: { plan: JSON.stringify({ changes, unchanged: 3 }), access: JSON.stringify(access) },
});
const FAILED = { result: "failure", outputs: {} };

describe("the comment with the plans of a pull request", () => {
  it("is written once, and renewed by the next run", async () => {
    const changes = [{ action: "create", resource: "jobs.daily_summary" }];
    const access = { granted: [{ job: "daily_summary", purpose: "sign-in" }] };
    const first = await comments([], { "plan-staging": plan(changes, access), "plan-prod": FAILED });
    assert.equal(first.length, 1);
    assert.equal(
      first[0]?.body,
      [
        "<!-- databricks-secretless: lake_orders -->",
        "### What a deployment of lake_orders would change",
        "",
        "**staging**: 2 changes",
        "",
        "- `create` `jobs.daily_summary`",
        "- access granted: `daily_summary` `sign-in`",
        "",
        "**prod**: no plan (failure). [What happened](https://github.com/example-org/lake/actions/runs/4211)",
        "",
        "[All of it](https://github.com/example-org/lake/actions/runs/4211)",
      ].join("\n"),
    );
    const second = await comments(first, { "plan-staging": plan([]), "plan-prod": plan([]) });
    assert.equal(second.length, 1);
    assert.match(second[0]?.body ?? "", /\*\*staging\*\*: no change\n\n\*\*prod\*\*: no change/);
  });

  it("is not somebody's comment that says it is ours", async () => {
    const forged = { id: 1, user: { type: "User" }, body: "<!-- databricks-secretless: lake_orders --> mine" };
    const all = await comments([forged], { "plan-prod": plan([]) });
    assert.deepEqual([all.length, all[0]?.body], [2, forged.body]);
  });

  it("shows names of the pull request's choice as text, and 100 changes at most", async () => {
    const resource = "jobs.x` @octo-org/all ![](https://example.com/p.png) <!-- \n# Approved | \r\n";
    const changes = Array.from({ length: 150 }, () => ({ action: "create", resource }));
    const [{ body } = { body: "" }] = await comments([], { "plan-prod": plan(changes) });
    assert.match(body, /and 50 more/);
    for (const line of body.split("\n").filter((text) => text.includes("octo-org")))
      assert.match(line, /^- `create` `[^`]*`$/);
    assert.equal(body.split("\n").filter((text) => text.startsWith("# ")).length, 0);
    assert.equal(body.split("<!--").length, 2);
  });

  it("says that there is no plan where the output is none", async () => {
    const outputs = { plan: "not JSON" };
    const [{ body } = { body: "" }] = await comments([], { "plan-prod": { result: "success", outputs } });
    assert.match(body, /\*\*prod\*\*: no plan \(success\)/);
  });
});
