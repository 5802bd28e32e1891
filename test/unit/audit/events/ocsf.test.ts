import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import { tokenSha256, type AuditEvent } from "../../../../core/audit/events/ocsf.ts";
import { openAuditLog } from "../../../../core/audit/json-lines.ts";
import { schemaOf } from "../../../fixtures/schemas.ts";
import { call, change, exchange, KINDS, scan, TOKEN } from "./every-event.ts";

const SCHEMA_OF = { 3002: "authentication", 3004: "entity_management", 6003: "api_activity" } as const;
const validators = new Map<number, ValidateFunction>(
  Object.entries(SCHEMA_OF).map(([uid, name]) => [
    Number(uid),
    new Ajv2020({ strictTypes: false, allErrors: true }).compile(schemaOf(`ocsf/${name}.schema.json`)),
  ]),
);

const lines: string[] = [];
const append = (text: string): Promise<void> => {
  lines.push(text);
  return Promise.resolve();
};
const clock = { now: () => 1_764_000_000_000, sleep: () => Promise.resolve() };
const context = {
  productVersion: "0.1.0",
  correlationId: "https://ci.example.com/run/1",
  stepId: "5e9b1c7e-0000-4000-8000-000000000001",
  principal: "d0000000-0000-4000-8000-000000000001",
  run: { repository: "example-org/lake", commit: "abc" },
};
const written = async (event: AuditEvent): Promise<Record<string, unknown>> => {
  await openAuditLog({ context, clock, sinks: [{ take: append }] }).write(event);
  return JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;
};

describe("audit events", () => {
  for (const [name, event] of KINDS) {
    it(`${name} is valid OCSF 1.8.0`, async () => {
      const validate = validators.get(event.class_uid);
      assert.ok(validate);
      assert.ok(validate(await written(event)), JSON.stringify(validate.errors, null, 1));
    });
  }

  it("are told apart by their kind, and say who acts", async () => {
    const codes = new Set<unknown>();
    for (const [name, event] of KINDS) {
      const { metadata, actor } = (await written(event)) as {
        metadata: { event_code: string };
        actor: { user: { uid: string }; app_name: string };
      };
      codes.add(metadata.event_code);
      assert.equal(actor.app_name, "databricks-secretless", name);
      const acts =
        event.event_code === "access_change" ||
        event.event_code === "decision" ||
        event.event_code === "api_call";
      assert.equal(actor.user.uid, acts ? "r" : context.principal, name);
    }
    assert.equal(codes.size, 8);
  });

  it("have a row of their kind in docs/audit.md, with their class and each activity", async () => {
    const text = await readFile("docs/audit.md", "utf8");
    const rows = new Map(
      [...text.matchAll(/^\| `([a-z_]+)` \|.*\|.* (\d{4}) \| (.*) \|$/gm)].map(
        ([, code = "", uid, activity = ""]) => [
          code,
          { uid: Number(uid), activities: [...activity.matchAll(/\d+/g)].map(Number) },
        ],
      ),
    );
    const told = new Set<string>();
    for (const [name, event] of KINDS) {
      const row = rows.get(event.event_code);
      assert.equal(row?.uid, event.class_uid, name);
      assert.ok(row.activities.includes(event.activity_id), `${name}: ${event.activity_id}`);
      told.add(event.event_code);
    }
    assert.deepEqual([...rows.keys()].sort(), [...told].sort());
  });

  it("have ids of their own over all steps of a run", async () => {
    const ids: string[] = [];
    const take = (text: string): Promise<void> => {
      const { metadata } = JSON.parse(text) as { metadata: { uid: string; correlation_uid: string } };
      assert.equal(metadata.correlation_uid, context.correlationId);
      ids.push(metadata.uid);
      return Promise.resolve();
    };
    for (const stepId of ["one", "two"]) {
      const log = openAuditLog({ context: { ...context, stepId }, clock, sinks: [{ take }] });
      for (const [, event] of KINDS) await log.write(event);
    }
    assert.equal(new Set(ids).size, 2 * KINDS.length);
  });

  it("say who the pipeline is from when that is known", async () => {
    const runs: Record<string, unknown>[] = [];
    const take = (text: string): Promise<void> => {
      runs.push((JSON.parse(text) as { unmapped: { run: Record<string, unknown> } }).unmapped.run);
      return Promise.resolve();
    };
    const log = openAuditLog({ context: { ...context, run: { ci: "x" } }, clock, sinks: [{ take }] });
    await log.write(scan(false));
    log.identify({ repository: "example-org/lake", claims: "verified" });
    await log.write(scan(false));
    const step = context.stepId;
    assert.deepEqual(runs, [
      { ci: "x", step },
      { ci: "x", repository: "example-org/lake", claims: "verified", step },
    ]);
  });

  it("hold no token, wherever it came in", async () => {
    for (const [, event] of KINDS) {
      await written({ ...event, message: TOKEN, unmapped: { deep: [{ text: `Bearer ${TOKEN}` }] } });
      assert.ok(!(lines.at(-1) ?? "").includes("eyJ"), lines.at(-1));
    }
    const line = await written(exchange({ ok: true }));
    assert.equal((line["unmapped"] as Record<string, unknown>)["token_sha256"], tokenSha256(TOKEN));
  });

  it("carry the join keys and the run", async () => {
    const unmapped = (await written(change("granted", { ok: true })))["unmapped"] as Record<string, unknown>;
    assert.deepEqual(unmapped["remote_ids"], { FederatedCredentialId: "f" });
    assert.deepEqual([unmapped["job_id"], unmapped["run_as"]], ["528910734205101", "a"]);
    assert.deepEqual(unmapped["run"], { ...context.run, step: context.stepId });
    assert.equal(unmapped["revocation_lag"], "up to 24 hours");
  });

  it("leave the query of a URL out", async () => {
    await written(call("GET", { ok: true }));
    assert.ok(!(lines.at(-1) ?? "").includes("x=1"));
  });
});

describe("the audit log", () => {
  it("writes one complete line an event, in order, numbered", async () => {
    const texts: string[] = [];
    const log = openAuditLog({
      context,
      clock,
      sinks: [
        {
          take: async (text) => {
            await new Promise((resolve) => setImmediate(resolve));
            texts.push(text);
          },
        },
      ],
    });
    await Promise.all(
      [exchange({ ok: true }), change("granted", { ok: true }), call("PATCH", { ok: true })].map((event) =>
        log.write(event),
      ),
    );
    assert.equal(log.count, 3);
    const parsed = texts.map(
      (text) => JSON.parse(text) as { class_uid: number; type_uid: number; metadata: { sequence: number } },
    );
    assert.deepEqual(
      parsed.map(({ class_uid: uid, metadata }) => [uid, metadata.sequence]),
      [
        [3002, 1],
        [3004, 2],
        [6003, 3],
      ],
    );
    assert.deepEqual(
      parsed.map(({ type_uid: uid }) => uid),
      [300201, 300401, 600303],
    );
    for (const text of texts) assert.match(text, /^[^\n]+\n$/);
  });

  it("tells whoever asked that a line could not be written, and goes on", async () => {
    let fail = true;
    const log = openAuditLog({
      context,
      clock,
      sinks: [{ take: () => (fail ? Promise.reject(new Error("disk full")) : Promise.resolve()) }],
    });
    await assert.rejects(log.write(exchange({ ok: true })), /disk full/);
    fail = false;
    await log.write(exchange({ ok: true }));
  });

  it("keeps any text on one line", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        const line = await written(change("granted", { ok: false, code: "ACCESS_FAILED", reason: text }));
        assert.equal((lines.at(-1) ?? "").split("\n").length, 2);
        assert.equal(line["status_id"], 2);
      }),
    );
  });
});
