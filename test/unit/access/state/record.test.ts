import assert from "node:assert/strict";
import fc from "fast-check";
import { accessName } from "../../../../core/access/bundle-facts.ts";
import {
  mergeRecords,
  parseRecord,
  parseRecordName,
  PHASES,
  recordName,
  renderRecord,
  type ObjectRecord,
} from "../../../../core/access/state/record.ts";

const text = fc.string({ minLength: 1, maxLength: 12 });
const record: fc.Arbitrary<ObjectRecord> = fc
  .record({
    kind: text,
    object: fc.dictionary(text, text, { minKeys: 1, maxKeys: 3 }),
    owner: fc.record({ issuer: text, repositoryId: text, context: text }),
    deployment: fc.record({ workspaceId: fc.constant("111"), statePath: text }),
    entries: fc.uniqueArray(
      fc.record({
        ...{ bundle: text, target: text, job: text, purpose: text },
        jobId: fc.string({ maxLength: 5 }),
        phase: fc.constantFrom(...PHASES),
      }),
      {
        minLength: 1,
        maxLength: 3,
        selector: ({ bundle, target, job, purpose }) => JSON.stringify([bundle, target, job, purpose]),
      },
    ),
  })
  .map((one) => ({
    ...one,
    entries: one.entries.map((entry) => ({
      ...entry,
      name: accessName(
        { workspaceId: "111", name: entry.bundle, target: entry.target },
        entry.job,
        entry.purpose,
      ),
    })),
  }));

describe("a record of access", () => {
  it("reads back what was written, by its own name alone", () => {
    fc.assert(
      fc.property(record, (one) => {
        const name = recordName(one);
        assert.deepEqual(parseRecordName(name.file), name);
        const back = parseRecord(renderRecord(one), name);
        assert.ok(back);
        assert.equal(renderRecord(back), renderRecord(one));
      }),
    );
  });

  it("is refused after any change of its text that changes what it says", () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (one, at, letter) => {
        const whole = renderRecord(one);
        const where = at % whole.length;
        const changed = whole.slice(0, where) + letter + whole.slice(where + 1);
        const back = parseRecord(changed, recordName(one));
        if (back !== undefined) assert.equal(renderRecord(back), whole);
      }),
      { numRuns: 300 },
    );
  });

  it("has the same name whatever the order of its fields and entries", () => {
    fc.assert(
      fc.property(record, (one) => {
        const object = Object.fromEntries(Object.entries(one.object).reverse());
        const turned = { ...one, object, entries: [...one.entries].reverse() };
        assert.deepEqual(recordName(turned), recordName(one));
      }),
    );
  });

  it("says of an object that has two files only what is surely ours, and nothing confirmed", () => {
    fc.assert(
      fc.property(record, record, (one, two) => {
        const merged = mergeRecords([one, { ...two, kind: one.kind, object: one.object }]);
        const names = new Set([...one.entries, ...two.entries].map(({ name }) => name));
        assert.deepEqual(new Set(merged.entries.map(({ name }) => name)), names);
        assert.ok(merged.entries.every(({ phase }) => phase === "granting" || phase === "expired"));
      }),
    );
  });

  for (const file of ["access.json", "x.json", `${"0".repeat(32)}-${"0".repeat(12)}.json`, "../x"]) {
    it(`has not the name ${file}`, () => {
      assert.equal(parseRecordName(file), undefined);
    });
  }
});
