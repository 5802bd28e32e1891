import assert from "node:assert/strict";
import fc from "fast-check";
import { leftLock, readLease, writeLease, type LeaseText } from "../../../../core/flow/lease/lease-text.ts";

const US = "5f8a6d3c-0000-4000-8000-000000000000";
const OTHER = "11111111-1111-4111-8111-111111111111";
const LOCK_ID = "22222222-2222-4222-8222-222222222222";
const iso = (time: number): string => new Date(time).toISOString();

describe("the text of a lease", () => {
  describe("tells whose a left lock is", () => {
    const written = Date.UTC(2026, 10, 24);
    const lease = (more: Partial<LeaseText> = {}): LeaseText => {
      const since = iso(written - 20_000);
      return { id: OTHER, run: "r", since, unmended: "", renewed: "", lock: "", ended: false, ...more };
    };
    const seen = (more: object = {}, at: number | undefined = written + 500) => ({
      ...{ id: LOCK_ID, user: US, acquired: "", isForced: false, times: { writtenAt: at, now: at } },
      ...more,
    });
    for (const [what, left, found, expected] of [
      ["the one that it names", lease({ lock: LOCK_ID }), seen({}, 0), true],
      ["another one than it names", lease({ lock: OTHER }), seen(), false],
      ["one that no heartbeat has seen", lease(), seen(), true],
      ["one that was there before", lease(), seen({}, written - 40_000), false],
      ["one that was taken later", lease(), seen({}, written + 30_000), false],
      ["one of another principal", lease(), seen({ user: "x@example.com" }), false],
      ["one of another principal that it names", lease({ lock: LOCK_ID }), seen({ user: "x" }), false],
      ["one that was forced", lease({ lock: LOCK_ID }), seen({ isForced: true }), false],
      ["one without a readable ID", lease(), seen({ id: "" }), false],
      ["one of no known time", lease(), { ...seen(), times: undefined }, false],
      ["a lease without a beginning", lease({ since: "" }), seen(), false],
    ] as const)
      it(`${what}: ${expected ? "left by it" : "not touched"}`, () => {
        assert.equal(leftLock({ lease: left, written }, found, US), expected);
      });

    it("and a lease that the workspace gives no time for tells nothing of an unseen one", () => {
      assert.equal(leftLock({ lease: lease(), written: undefined }, seen(), US), false);
    });
  });

  it("is read from any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { id, lock: named } = readLease(text);
        assert.ok([id, named].every((one) => one === "" || one.length === 36));
      }),
    );
    fc.assert(
      fc.property(fc.uuid(), fc.string(), fc.boolean(), (id, run, ended) => {
        const text = { id, run, since: "a", unmended: "b", renewed: "c", lock: id, ended };
        assert.deepEqual(readLease(writeLease(text)), text);
      }),
    );
  });
});
