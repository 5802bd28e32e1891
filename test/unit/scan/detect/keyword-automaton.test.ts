import assert from "node:assert/strict";
import fc from "fast-check";
import { KeywordAutomaton } from "../../../../core/scan/detect/keyword-automaton.ts";

const letters = fc.string({ unit: fc.constantFrom("a", "b", "A", "B", "-"), minLength: 1, maxLength: 6 });

describe("KeywordAutomaton", () => {
  it("finds what a search for each keyword finds", () => {
    const keyword = fc.record({ text: letters, exactCase: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(keyword, { minLength: 1, maxLength: 8 }),
        fc.array(letters, { maxLength: 30 }),
        (keywords, pieces) => {
          const text = pieces.join("");
          const found: string[] = [];
          const automaton = new KeywordAutomaton(keywords.map((item, payload) => ({ ...item, payload })));
          automaton.scan(Buffer.from(text), ({ payload }, start) => void found.push(`${payload}@${start}`));
          const wanted = keywords.flatMap(({ text: word, exactCase }, index) =>
            Array.from(text).flatMap((_, at) => {
              const piece = text.slice(at, at + word.length);
              const same = exactCase ? piece === word : piece.toLowerCase() === word.toLowerCase();
              return same ? [`${index}@${at}`] : [];
            }),
          );
          assert.deepEqual(found.sort(), wanted.sort());
        },
      ),
    );
  });

  it("refuses more keywords than its states can count", () => {
    const many = Array.from({ length: 7000 }, (_, i) => ({
      text: `keyword-${i}`,
      exactCase: true,
      payload: i,
    }));
    assert.throws(() => new KeywordAutomaton(many), RangeError);
  });
});
