import assert from "node:assert/strict";
import fc from "fast-check";
import { ApiFailure, type DatabricksApi } from "../../../../core/api/client.ts";
import { workspaceUrl } from "../../../../core/federation/clouds.ts";
import { HttpError } from "../../../../core/net/http.ts";
import { applyAccess } from "../../../../core/access/apply/apply.ts";
import { scopeWords } from "../../../../core/access/scope/proof.ts";
import { FakeDatabricks } from "../fake-databricks.ts";
import {
  accessFileOf,
  bundleOf,
  DEPLOYER,
  failure,
  options,
  principalOf,
  REGISTRAR,
  requestOf,
  workspaceWith,
} from "../setup.ts";
import { check, examine, P1, proofOf, weakPoints, type Setup } from "./scope-setup.ts";

/** The numeric id that the fake gives to the principal of load_a. */
const ID = 70;
const ALL = "version: 1\nprincipal_workspaces: all\nrules: [{ name: all, effect: allow }]\n";
const SECOND = { workspace_id: 222, workspace_name: "finance", deployment_name: "finance" };
const assigned = (principal_id: number, group_name?: string) => ({
  permissions: ["USER"],
  principal: { principal_id, ...(group_name === undefined ? {} : { group_name }) },
});

/** A second workspace with these assigned to it; undefined: that cannot be read. */
function second(rows: ReturnType<typeof assigned>[] | undefined, api?: DatabricksApi) {
  return (fake: FakeDatabricks): void => {
    fake.workspaces.push(SECOND);
    if (rows === undefined)
      fake.refusals.set("GET /api/2.0/accounts/acc/workspaces/222/permissionassignments", {
        status: 400,
        code: "FEATURE_DISABLED",
      });
    else fake.assignments.set("222", rows);
    if (api !== undefined) fake.others.set("finance", api);
  };
}

function workspace(change: (fake: FakeDatabricks) => void = () => undefined): DatabricksApi {
  const other = new FakeDatabricks();
  other.admins.add(DEPLOYER);
  change(other);
  return other.as(DEPLOYER);
}
const withThief = workspace((other) =>
  other.jobs.push({ job_id: "5", settings: { name: "thief", run_as: { service_principal_name: P1 } } }),
);
const silent: DatabricksApi = {
  call: () => Promise.reject(new HttpError("no such host", { failure: "dns", retryable: true })),
};
const down: DatabricksApi = { call: () => Promise.reject(new ApiFailure(503, "DOWN", "down")) };

describe("other workspaces of a principal", () => {
  it("are none where it is assigned to this one alone: two requests, and none to the others", async () => {
    let asked = 0;
    const counting: DatabricksApi = { call: () => Promise.reject(new Error(String((asked += 1)))) };
    let before: FakeDatabricks | undefined;
    const proof = await proofOf({
      change: (fake) => {
        second([assigned(999)], counting)(fake);
        before = fake;
      },
    });
    assert.equal(scopeWords(proof), "job-scoped: proven");
    assert.equal(asked, 0);
    const ofAccount = before?.requests.filter((one) => one.includes("/acc/workspaces")) ?? [];
    assert.deepEqual(ofAccount, [
      "GET /api/2.0/accounts/acc/workspaces",
      "GET /api/2.0/accounts/acc/workspaces/222/permissionassignments",
    ]);
    assert.match(
      JSON.stringify(proof.checks[0]?.points.find(({ point }) => point === "other-workspaces")),
      /assigned to no other workspace/,
    );
  });

  const groups =
    (members: readonly { readonly id: string; readonly members: readonly object[] }[]) =>
    (fake: FakeDatabricks): void => {
      second([assigned(31, "runners")], withThief)(fake);
      for (const one of members) fake.groups.set(one.id, one.members as never);
    };
  const breaking: readonly (readonly [string, (fake: FakeDatabricks) => void])[] = [
    ["is assigned there by itself", second([assigned(ID)], withThief)],
    ["is in a group that is assigned", groups([{ id: "31", members: [{ value: String(ID) }] }])],
    [
      "is in a group of groups, which may lead back",
      groups([
        { id: "31", members: [{ value: "32", $ref: "Groups/32" }] },
        {
          id: "32",
          members: [
            { value: "31", $ref: "Groups/31" },
            { value: String(ID), $ref: "ServicePrincipals/70" },
          ],
        },
      ]),
    ],
    ["is one of all", second([assigned(9, "account users")], withThief)],
    ["may be assigned, for assignments cannot be read", second(undefined, withThief)],
    [
      "may be assigned, for the group cannot be read",
      (fake) => {
        second([assigned(31, "runners")], withThief)(fake);
        fake.refusals.set("GET /api/2.0/accounts/acc/scim/v2/Groups/31", { status: 403, code: "X" });
      },
    ],
  ];
  for (const [what, change] of breaking) {
    it(`break the scope where a job runs as it and the principal ${what}`, async () => {
      assert.match(
        await check("principal", { change }),
        /^broken: also runs as it: job "thief" \(5\) in workspace "finance"/,
      );
      assert.equal((await examine({ change })).findings[0]?.code, "SCOPE_BROKEN");
    });
  }

  it("break the scope of what is granted, too, which is proven anew behind the lock", async () => {
    const jobs = [
      { key: "load_a", principal: P1, id: "11" },
      { key: "load_b", principal: principalOf(2), id: "12" },
    ];
    const fake = workspaceWith(jobs, ["hr", "orders"]);
    second([assigned(ID)], withThief)(fake);
    const access = accessFileOf([
      ["load_a", "read-hr", "hr"],
      ["load_b", "read-orders", "orders"],
    ]);
    const apply = () => applyAccess(requestOf({ fake, bundle: bundleOf(jobs), access }), options());
    const other = `orders ${principalOf(2)}`;
    assert.equal((await failure(apply())).code, "SCOPE_BROKEN");
    assert.deepEqual(fake.accessList(), [other]);
    fake.others.set("finance", workspace());
    await apply();
    assert.deepEqual(fake.accessList(), [`hr ${P1}`, other]);
    fake.others.set("finance", withThief);
    await apply();
    assert.deepEqual(fake.accessList(), [other]);
  });

  it("keep the claim where they are read, and nothing there runs as it", async () => {
    const change = second([assigned(ID)], workspace());
    assert.equal(scopeWords(await proofOf({ change, policy: ALL })), "job-scoped: proven");
  });

  const unread: readonly (readonly [string, DatabricksApi | undefined, RegExp])[] = [
    ["has no address", undefined, /needs the address of workspace "finance"/],
    ["is administered by others", workspace((other) => other.admins.clear()), /workspace admin of "finance"/],
    [
      "refuses",
      workspace((other) => other.refusals.set("GET /api/2.2/jobs/list", { status: 403, code: "X" })),
      /workspace admin of "finance"/,
    ],
    ["is in a private network", silent, /a network path to workspace "finance"/],
  ];
  for (const [what, api, right] of unread) {
    it(`are named and left out of the claim if one ${what}; a policy may want all of them`, async () => {
      const change = second([assigned(ID)], api);
      const proof = await proofOf({ change });
      assert.equal(scopeWords(proof), 'job-scoped: proven, except workspace "finance"');
      assert.match(proof.checks[0]?.residual?.join() ?? "", right);
      const strict = await examine({ change, policy: ALL });
      const strictProof = strict.proofs.get("load_a");
      assert.deepEqual(strictProof && weakPoints(strictProof), ["other-workspaces"]);
      assert.equal(strict.findings[0]?.code, "ACCESS_DENIED");
      assert.match(strict.findings[0].mistake.remedy ?? "", /"finance"/);
    });
  }

  const outages: readonly (readonly [string, Setup["change"]])[] = [
    ["another workspace", second([assigned(ID)], down)],
    [
      "the account",
      (fake) => fake.refusals.set("GET /api/2.0/accounts/acc/workspaces", { status: 503, code: "DOWN" }),
    ],
  ];
  for (const [who, change] of outages) {
    it(`are unproven for the time of an outage of ${who}`, async () => {
      const proof = await proofOf({ ...(change && { change }) });
      assert.equal(scopeWords(proof), "job-scoped: unproven");
      assert.equal(proof.checks[0]?.passing, true);
    });
  }

  const unknown: readonly (readonly [string, Setup["change"], RegExp])[] = [
    [
      "the account may not be read",
      (fake) => fake.refusals.set("GET /api/2.0/accounts/acc/workspaces", { status: 403, code: "X" }),
      /account admin, with a way to sign in to the account/,
    ],
    [
      "its listing does not name this workspace",
      (fake) => (fake.workspaces = []),
      /a listing of the account's workspaces that names this one/,
    ],
  ];
  for (const [what, change, right] of unknown) {
    it(`are unproven where ${what}`, async () => {
      const found = await check("principal", { ...(change && { change }) });
      assert.match(found, /^unproven: /);
      assert.match(found, right);
    });
  }

  it("are read after the deployment where the registrar is yet to come", async () => {
    const policy = `version: 1\nproviders: { databricks: { registrar_client_id: ${REGISTRAR} } }\nrules: [{ name: all, effect: allow }]\n`;
    const change = second(
      [assigned(ID)],
      workspace((other) => other.admins.clear()),
    );
    assert.match(await check("principal", { change, policy, deployed: false }), /^later: /);
  });

  it("are asked for once, however many principals and groups lead there", async () => {
    const there: FakeDatabricks[] = [];
    const api = workspace((other) => there.push(other));
    const fakes: FakeDatabricks[] = [];
    const access = accessFileOf([
      ["load_a", "read-hr", "hr"],
      ["load_b", "read-hr", "hr"],
    ]);
    const plan = await examine({
      access,
      change: (fake) => {
        fakes.push(fake);
        second([assigned(31, "runners"), assigned(31, "runners"), assigned(ID)], api)(fake);
        fake.groups.set("31", [{ value: String(ID) }, { value: String(ID + 1) }]);
      },
    });
    assert.deepEqual([...plan.proofs.keys()], ["load_a", "load_b"]);
    const groups = fakes[0]?.requests.filter((one) => one.includes("/acc/scim/v2/Groups/"));
    assert.deepEqual(groups, ["GET /api/2.0/accounts/acc/scim/v2/Groups/31"]);
    assert.equal(there[0]?.requests.length, 5);
  });
});

describe("the URL of another workspace", () => {
  const rows: readonly (readonly [string, string, string | undefined])[] = [
    ["https://lake.cloud.databricks.com", "dbc-1", "https://dbc-1.cloud.databricks.com"],
    ["https://adb-1.2.azuredatabricks.net", "adb-77.8", "https://adb-77.8.azuredatabricks.net"],
    ["https://1.2.gcp.databricks.com", "33.4", "https://33.4.gcp.databricks.com"],
    ["http://127.0.0.1:8080", "127.0.0.1:9090", "http://127.0.0.1:9090"],
    ["http://127.0.0.1:8080", "evil.example", undefined],
    ["https://lake.example.com", "dbc-1", undefined],
    ["https://lake.cloud.databricks.com", "evil.example/", undefined],
    ["https://lake.cloud.databricks.com", "", undefined],
    ["https://lake.cloud.databricks.com", "127.0.0.1:9090", undefined],
  ];
  for (const [host, name, url] of rows) {
    it(`of ${JSON.stringify(name)} beside ${host} is ${url ?? "none"}`, () => {
      assert.equal(workspaceUrl(host, name), url);
    });
  }

  it("is in the zone of the approved workspace, whatever the account says", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain()), (name) => {
        const url = workspaceUrl("https://lake.cloud.databricks.com", name);
        if (url === undefined) return;
        const { origin, hostname } = new URL(url);
        assert.equal(url.toLowerCase(), origin);
        assert.ok(hostname.endsWith(".cloud.databricks.com"));
      }),
    );
  });
});
