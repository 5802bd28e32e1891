import assert from "node:assert/strict";
import { planRow } from "../../../../core/access/plan/describe.ts";
import { scopeWords } from "../../../../core/access/scope/proof.ts";
import { JOB_RUNNER, REPORT_RUNNER, WORKSPACE_ID } from "../../../../sandbox/defaults.ts";
import { counts, failure } from "../setup.ts";
import { KindRig } from "./rig.ts";

const SECRET = "main.crm.partner_key";
const KEY = `{ purpose: partner-key, unity_catalog_secret: ${SECRET} }`;
const API = "{ purpose: partner-api, unity_catalog_connection: partner_api }";
const [A, B] = [JOB_RUNNER.applicationId, REPORT_RUNNER.applicationId];

describe("secrets and connections of Unity Catalog", () => {
  let rig: KindRig;
  beforeEach(async () => {
    rig = await KindRig.start();
    const { kept, grants, unityCatalog } = rig.sandbox.workspace;
    unityCatalog.addSchema("main.crm");
    unityCatalog.isolateCatalog("main", [WORKSPACE_ID]);
    kept.addSecret(SECRET, "sandbox-partner-key-4711");
    kept.addConnection("partner_api");
    grants.grant("catalog", "main", "account users", "USE_CATALOG");
    grants.grant("schema", "main.crm", "account users", "USE_SCHEMA");
    // Others have theirs: never ours to touch.
    grants.grant("connection", "partner_api", "auditors", "BROWSE");
  });
  afterEach(() => rig.sandbox.stop());

  const played = (): string[] => {
    const { kept } = rig.sandbox.workspace;
    return [A, B].flatMap((who) => [kept.reads(SECRET, who), kept.calls("partner_api", who)]);
  };
  const NONE = ["refused", "refused", "refused", "refused"];
  const refusal = async (...entries: string[]): Promise<string> => {
    const error = await failure(rig.apply(...entries));
    const all = [error.details, ...error.mistakes];
    return `${error.code} ${all.map(({ problem, actual, remedy }) => [problem, actual, remedy].join(" ")).join("\n")}`;
  };

  it("are granted to the one job, in the next run unchanged, withdrawn one by one, and gone with the bundle", async () => {
    const planned = await rig.plan(KEY, API);
    assert.deepEqual(
      planned.changes.map(({ action }) => action),
      ["grant", "grant"],
    );
    assert.deepEqual(rig.writes(), []);
    assert.deepEqual(counts(await rig.apply(KEY, API)), [2, 0, 0, 0]);
    assert.deepEqual(played(), ["read", "called", "refused", "refused"]);
    const before = rig.sandbox.requests.length;
    assert.deepEqual(counts(await rig.apply(KEY, API)), [0, 0, 0, 2]);
    assert.deepEqual(rig.writes(before), []);
    assert.deepEqual(counts(await rig.apply(API)), [0, 0, 1, 1]);
    assert.deepEqual(played(), ["refused", "called", "refused", "refused"]);
    assert.deepEqual(counts(await rig.withdraw()), [0, 0, 1, 0]);
    assert.deepEqual(played(), NONE);
    const { grants } = rig.sandbox.workspace;
    assert.deepEqual([...grants.of("connection", "partner_api")], [["auditors", new Set(["BROWSE"])]]);
    assert.deepEqual([...grants.of("secret", SECRET)], []);
  });

  it("are called readable and callable by the job alone, not an identity of it", async () => {
    const { plan } = await rig.apply(KEY, API);
    assert.deepEqual(
      plan.changes.map(planRow).map(({ what, scope }) => [what, scope]),
      [
        [
          `READ SECRET on secret "${SECRET}" for service principal ${A}`,
          "readable by this job alone: proven",
        ],
        [
          `USE CONNECTION on connection "partner_api" for service principal ${A}`,
          "callable by this job alone: proven",
        ],
      ],
    );
    assert.ok(
      plan.notes.includes('connection "partner_api" lets the job call any path and method of its host'),
    );
    assert.ok(
      plan.notes.includes('connection "partner_api" signs in with BEARER_TOKEN, which Unity Catalog keeps'),
    );
    assert.match(planRow(plan.changes[0] ?? assert.fail()).revocationLag, /change it/);
  });

  for (const [what, type, name, privilege, says] of [
    [
      "a grant on the secret",
      "secret",
      SECRET,
      "READ_SECRET",
      /partner_key" can also be used by .* \(READ_SECRET\)/,
    ],
    ["one on its schema", "schema", "main.crm", "READ_SECRET", /\(READ_SECRET, from SCHEMA main.crm\)/],
    ["one on its catalog", "catalog", "main", "ALL_PRIVILEGES", /\(ALL_PRIVILEGES, from CATALOG main\)/],
  ] as const) {
    it(`break where a stranger reads the secret by ${what}, and the stranger does`, async () => {
      const { grants, kept } = rig.sandbox.workspace;
      grants.grant(type, name, B, privilege);
      assert.equal(kept.reads(SECRET, B), "read");
      const text = await refusal(KEY);
      assert.match(text, /^SCOPE_BROKEN/);
      assert.match(text, says);
      assert.equal(kept.reads(SECRET, A), "refused");
      grants.revoke(type, name, B);
      assert.equal((await rig.apply(KEY)).granted, 1);
    });
  }

  it("break where the secret is lent to what refers to it, and where a foreign catalog opens the connection", async () => {
    const { grants } = rig.sandbox.workspace;
    grants.grant("secret", SECRET, "integrators", "REFERENCE_SECRET");
    grants.grant("connection", "partner_api", "analysts", "CREATE_FOREIGN_CATALOG");
    const text = await refusal(KEY, API);
    assert.match(text, /integrators \(REFERENCE_SECRET\)/);
    assert.match(text, /analysts \(CREATE_FOREIGN_CATALOG\)/);
  });

  it("are not proven in a catalog that every workspace can use, and cannot be granted where this one cannot", async () => {
    const { unityCatalog } = rig.sandbox.workspace;
    unityCatalog.addCatalog("main");
    const { plan } = await rig.apply(KEY);
    const words = [...plan.proofs.values()].map((proof) => scopeWords(proof, "readable"));
    assert.deepEqual(words, ["readable by this job alone: unproven"]);
    const says = [...plan.proofs.values()].flatMap(({ checks }) => checks.map((check) => check.says));
    assert.ok(
      says.some((one) => /is in catalog "main", which is open to every workspace/.test(one)),
      says.join(),
    );
    await rig.withdraw();
    unityCatalog.isolateCatalog("main", ["1"]);
    assert.match(await refusal(KEY), /Catalog "main" is isolated and not bound to workspace .* is in it/);
  });

  it("need more than the grant: the plan says what, and how to give it", async () => {
    rig.sandbox.workspace.grants.revoke("schema", "main.crm", "account users");
    const { plan } = await rig.apply(KEY);
    assert.equal(rig.sandbox.workspace.kept.reads(SECRET, A), "refused");
    const [note] = plan.notes.filter((text) => text.includes("USE SCHEMA"));
    assert.match(note ?? "", /databricks grants update schema main.crm --json .*"add":\["USE_SCHEMA"\]/);
    rig.sandbox.workspace.grants.grant("schema", "main.crm", A, "USE_SCHEMA");
    assert.equal(rig.sandbox.workspace.kept.reads(SECRET, A), "read");
  });

  it("are not granted over what the bundle's own grants take back, or open to others", async () => {
    const own = { catalog_name: "main", schema_name: "crm", name: "partner_key", value: "x" };
    rig.resources = { secrets: { key: { ...own, grants: [] } } };
    assert.match(await refusal(KEY), /^ACCESS_TARGET_UNUSABLE .*resources.secrets.key.*whole list/);
    const grants = [{ principal: "account users", privileges: ["READ SECRET"] }];
    rig.resources = { schemas: { crm: { catalog_name: "main", name: "crm", grants } } };
    const error = await failure(rig.plan(KEY));
    assert.equal(error.code, "SCOPE_BROKEN");
    assert.match(
      error.details.actual ?? "",
      /account users \(READ_SECRET, from resources.schemas.crm of the bundle\)/,
    );
    // What stands is not withdrawn for it: the deployment is what must not happen.
    rig.resources = {};
    await rig.apply(KEY);
    rig.resources = { schemas: { crm: { catalog_name: "main", name: "crm", grants } } };
    assert.equal((await failure(rig.plan(KEY))).code, "SCOPE_BROKEN");
    await rig.withdraw();
    rig.resources = { schemas: { crm: { catalog_name: "main", name: "crm", grants: [] } } };
    rig.sandbox.workspace.grants.grant("schema", "main.crm", B, "READ_SECRET");
    assert.equal((await rig.plan(KEY)).changes.length, 1);
  });

  it("are found wrong in the plan: what is not there, and names that are none", async () => {
    const wrong = [
      "{ purpose: a, unity_catalog_secret: main.crm.other }",
      "{ purpose: b, unity_catalog_connection: other_api }",
    ];
    assert.match(
      await refusal(...wrong),
      /Secret "main.crm.other" does not exist[^]*Connection "other_api" does not/,
    );
    for (const name of ["partner_key", "crm.partner_key", "main.crm.*", "a.b.c.d", "main..key"]) {
      const entry = `{ purpose: a, unity_catalog_secret: "${name}" }`;
      assert.match(await refusal(entry), /^ACCESS_FILE_INVALID .* is not the name of a secret/, name);
    }
    for (const name of ["a.b", "main.*.c", "a/b"])
      assert.match(
        await refusal(`{ purpose: a, unity_catalog_connection: "${name}" }`),
        /not the name of a conn/,
      );
  });

  it("converge where grants show late, and where the API is busy or refuses", async () => {
    rig.sandbox.workspace.grants.propagation = 1500;
    const busy = { status: 429, body: { error_code: "REQUEST_LIMIT_EXCEEDED", message: "slow down" } };
    rig.sandbox.fault({ path: /permissions\/secret/, method: "PATCH", then: busy });
    const conflict = { status: 409, body: { error_code: "ABORTED", message: "concurrent change" } };
    rig.sandbox.fault({ path: /permissions\/connection/, method: "PATCH", then: conflict });
    assert.match(await refusal(KEY, API), /^ACCESS_FAILED .*partner-api: grant of .* failed: 409 ABORTED/);
    assert.deepEqual(played(), ["read", "refused", "refused", "refused"]);
    assert.deepEqual(counts(await rig.apply(KEY, API)), [1, 0, 0, 1]);
    assert.deepEqual(played(), ["read", "called", "refused", "refused"]);
  });
});
