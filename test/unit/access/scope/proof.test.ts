import assert from "node:assert/strict";
import fc from "fast-check";
import {
  CHECKS,
  claim,
  gradeForPolicy,
  scopeWords,
  type CheckName,
  type Point,
} from "../../../../core/access/scope/proof.ts";

const NAMES = Object.keys(CHECKS) as CheckName[];
const ORDER = ["proven", "unproven", "broken"] as const;
const rank = (grade: (typeof ORDER)[number]): number => ORDER.indexOf(grade);

const point: fc.Arbitrary<Point<"before">> = fc
  .record({
    grade: fc.constantFrom(...ORDER),
    later: fc.boolean(),
    shared: fc.boolean(),
    except: fc.boolean(),
  })
  .map(({ grade, later, shared, except }) => ({
    point: "compute",
    grade,
    says: grade,
    ...(later && grade === "proven" ? { later: true } : {}),
    ...(shared ? { sharers: ["somebody"] } : {}),
    ...(except ? { except: "workspace admins" } : {}),
  }));
const chain = fc.record({
  group: fc.constantFrom<readonly string[]>([], ["a", "b"]),
  points: fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.array(point, { minLength: 1, maxLength: 4 })), {
    minLength: 1,
    maxLength: 6,
  }),
});

describe("a claim", () => {
  it("is never better than its weakest link, nor are its words", () => {
    fc.assert(
      fc.property(chain, ({ group, points }) => {
        const proof = claim({ job: "a", principal: "p", group }, points);
        const all = points.flatMap(([, of]) => of);
        assert.equal(rank(proof.grade), Math.max(...all.map(({ grade }) => rank(grade))));
        const shared = all.some(({ sharers }) => sharers !== undefined);
        assert.equal(proof.level, shared ? "cluster" : group.length > 0 ? "group" : "job");
        assert.ok(rank(gradeForPolicy(proof)) >= rank(proof.grade));
        if (shared) assert.notEqual(gradeForPolicy(proof), "proven");
        const words = scopeWords(proof);
        if (words.endsWith("proven") && !words.endsWith("unproven")) {
          assert.ok(all.every(({ grade, later }) => grade === "proven" && later === undefined));
          assert.ok(all.every(({ except }) => except === undefined));
        }
        if (words.startsWith("job-scoped")) assert.ok(!shared && group.length === 0);
        assert.equal(
          words === "broken",
          all.some(({ grade }) => grade === "broken"),
        );
      }),
    );
  });

  it("gets no better when a link is added", () => {
    fc.assert(
      fc.property(chain, fc.constantFrom(...NAMES), point, ({ group, points }, name, more) => {
        const subject = { job: "a", principal: "p", group };
        const before = claim(subject, points);
        const after = claim(subject, [...points, [name, [more]]]);
        assert.ok(rank(after.grade) >= rank(before.grade));
        assert.ok(rank(gradeForPolicy(after)) >= rank(gradeForPolicy(before)));
      }),
    );
  });
});
