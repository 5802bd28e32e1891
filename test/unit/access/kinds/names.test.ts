import assert from "node:assert/strict";
import fc from "fast-check";
import { KINDS } from "../../../../core/access/kinds/index.ts";
import type { Mistake } from "../../../../core/base/errors.ts";

const GRANTS = KINDS.filter(({ provider }) => provider === "databricks");
const place = { file: "access.yml", line: 1, column: 1 };

describe("names of what is granted in Unity Catalog", () => {
  for (const kind of GRANTS)
    it(`${kind.name}: one exact object in lower case, or a mistake with its place; never both`, () => {
      const part = fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom("a", "Main", "*", "", " ", "b.c", "x/y"),
      );
      const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
      fc.assert(
        fc.property(fc.oneof(name, fc.string()), (value) => {
          const mistakes: Mistake[] = [];
          const object = kind.object(
            { value, place },
            {
              principal: "p",
              name: "n",
              resolve: ({ value: text }) => text,
              report: (mistake) => mistakes.push(mistake),
            },
          );
          assert.equal(mistakes.length, object === undefined ? 1 : 0);
          if (object === undefined) {
            assert.deepEqual(mistakes[0]?.place, place);
            return;
          }
          const [granted = ""] = Object.values(object);
          assert.equal(granted, value.toLowerCase());
          assert.doesNotMatch(granted, /[*?\s/\\]/);
          assert.equal(object["principal"], "p");
          assert.equal(kind.resource(object), granted);
          assert.equal(kind.grant(object)?.name, granted);
          assert.ok(kind.describe(object).includes(`"${granted}"`));
        }),
      );
    });
});
