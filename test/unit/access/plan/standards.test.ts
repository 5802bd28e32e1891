import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import {
  standardsTable,
  type StandardRow,
  type StandardsEvidence,
} from "../../../../core/access/plan/standards.ts";
import type { AccessPlan } from "../../../../core/access/plan/plan.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import { examine, P1 } from "../scope/scope-setup.ts";
import { REGISTRAR } from "../setup.ts";

const NOTHING: StandardsEvidence = {
  findings: undefined,
  cli: undefined,
  unpinned: undefined,
  idToken: undefined,
  principal: undefined,
  access: undefined,
};
const ID_TOKEN = {
  subject: "repo:o/r:environment:prod",
  openTo: undefined,
  exact: true,
  environment: "prod",
} as const;
const rows = (evidence: Partial<StandardsEvidence>): ReadonlyMap<string, StandardRow> =>
  new Map(standardsTable({ ...NOTHING, ...evidence }).map((row) => [row.item, row]));
const shown = (evidence: Partial<StandardsEvidence>, item: string): string => {
  const row = rows(evidence).get(item);
  return row ? `${row.status}: ${row.because}` : "left out";
};

describe("the table of standards", () => {
  it("has no row about what nobody has looked at", () => {
    assert.deepEqual(standardsTable(NOTHING), []);
  });

  it("has rows for a plain deployment, each from what the run has found", () => {
    const plain = {
      findings: new Map<string, number>(),
      cli: { version: "1.12.1", pinned: true, verified: "by its hash" },
      unpinned: [],
      idToken: ID_TOKEN,
      principal: "d",
    };
    const table = [...rows(plain).values()].map(({ item, status }) => `${item} ${status}`);
    assert.deepEqual(table, [
      ...["NHI2", "NHI3", "NHI4", "NHI6", "NHI7", "NHI8"].map((item) => `${item} enforced`),
      "PR.AA-03 enforced",
      "PR.AA-04 enforced",
    ]);
  });

  it("has the rows of docs/standards.md, which are left out where it says so", async () => {
    const text = await readFile("docs/standards.md", "utf8");
    const section = text.slice(text.indexOf("| item | from what"), text.indexOf("The scan's rules"));
    const documented = [...section.matchAll(/^\| ((?:NHI|PR)[\w.-]+) ?([^|]*?) \|[^|]*\|([^|]*)\|$/gm)];
    const signedIn = { idToken: ID_TOKEN, principal: "d" };
    const scanned = { ...signedIn, findings: new Map<string, number>() };
    const ran = {
      ...scanned,
      cli: { version: "1.12.1", pinned: true, verified: "by its hash" },
      unpinned: [],
    };
    const access = await examine();
    const has = (evidence: Partial<StandardsEvidence>, item = "", title = ""): boolean =>
      standardsTable({ ...NOTHING, ...evidence }).some(
        (row) => row.item === item && row.title.startsWith(title),
      );
    assert.equal(documented.length, standardsTable({ ...NOTHING, ...ran, access }).length);
    for (const [row, item, title, leftOut = ""] of documented) {
      assert.ok(has({ ...ran, access }, item, title), row);
      if (leftOut.trim() === "") assert.ok(has(signedIn, item, title), row);
      else assert.ok(!has(signedIn, item, title), row);
      if (/no job has access$|nothing is granted/.test(leftOut.trim()))
        assert.ok(!has(ran, item, title), row);
      if (/the scan is off/.test(leftOut)) assert.ok(has(scanned, item, title), row);
    }
  });

  it("counts each finding under its own item", () => {
    const findings = new Map([
      ["NHI4", 2],
      ["NHI7", 1],
      ["NHI8", 1],
    ]);
    assert.match(shown({ findings }, "NHI2"), /^enforced/);
    for (const item of findings.keys())
      assert.match(shown({ findings }, item), /^violated: \d finding/, item);
    assert.match(shown({ findings: new Map([["NHI2", 3]]) }, "NHI2"), /^violated: 3 findings/);
  });

  it("looks at code of others beside the CLI", () => {
    const cli = { version: "1.12.1", pinned: true, verified: "by its hash" };
    assert.match(shown({ cli }, "NHI3"), /^enforced/);
    assert.match(
      shown({ cli, unpinned: ["jobs.a: library requests"] }, "NHI3"),
      /^violated: not pinned: jobs.a/,
    );
    assert.match(
      shown({ cli: { ...cli, pinned: false, verified: "from PATH" } }, "NHI3"),
      /^violated: .*from PATH/,
    );
  });

  it("looks at the subject and the environment of the ID token", () => {
    const idToken = (more: object): Partial<StandardsEvidence> => ({ idToken: { ...ID_TOKEN, ...more } });
    assert.match(shown(idToken({}), "NHI8"), /^enforced: .*environment prod/);
    assert.match(shown(idToken({ environment: undefined }), "NHI8"), /^unproven/);
    assert.match(shown(idToken({ openTo: "issue_comment" }), "NHI6"), /^violated: .*issue_comment/);
    assert.match(shown(idToken({ exact: undefined }), "NHI6"), /^unproven/);
  });

  for (const [what, change, item, status] of [
    [
      "another user of the credential",
      (fake) => {
        fake.grant("hr", "eve");
      },
      "NHI9",
      "violated",
    ],
    [
      "an OAuth secret",
      (fake) => {
        fake.principals.get(P1)?.secrets.push("s1");
      },
      "NHI7",
      "violated",
    ],
    [
      "a person who may act as the principal",
      (fake) => {
        fake.principals.get(P1)?.users.push("users/eve");
      },
      "NHI10",
      "violated",
    ],
  ] as readonly [string, (fake: FakeDatabricks) => void, string, string][])
    it(`calls ${item} ${status} for ${what}`, async () => {
      assert.doesNotMatch(shown({ access: await examine() }, item), /^violated/);
      assert.ok(shown({ access: await examine({ change }) }, item).startsWith(status));
    });

  it("says who registers, and by which policy", async () => {
    const access = await examine();
    const of = (title: string, access: AccessPlan): string => {
      const row = standardsTable({ ...NOTHING, access }).find((one) => one.title === title);
      return `${row?.status ?? ""}: ${row?.because ?? ""}`;
    };
    assert.match(of("Separation of duties", access), /^violated: unseparated: the deployer itself/);
    for (const [registrar, words] of [
      ["together", /^violated: unseparated: e0000000-\S+ registers trust in the step that deploys/],
      ["apart", /^enforced: .* in a job of its own$/],
    ] as const) {
      const policy = `version: 1\nproviders: { databricks: { registrar_client_id: ${REGISTRAR}, registrar: ${registrar} } }\nrules: [{ name: all, effect: allow }]\n`;
      assert.match(of("Separation of duties", await examine({ policy, deployed: false })), words);
    }
    assert.match(
      of("Permissions are defined, enforced and reviewed", access),
      /^unproven: there is no policy file/,
    );
    assert.match(shown({ access }, "NHI5"), /^unproven: 1 grants, and no policy/);
    assert.match(shown({ access }, "NHI1"), /^enforced/);
    const policy = "version: 1\nrules: [{ name: all, effect: allow }]\n";
    const ruled = { access: await examine({ policy }) };
    assert.match(shown(ruled, "NHI5"), /^enforced: each of 1 grants/);
  });
});
