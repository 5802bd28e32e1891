import fc from "fast-check";

/** Bundles in small, with what people write in them. */
const TEXTS = [
  "a: b\nc:\n  d: e\n",
  "a:\n  - b: c\n    d: e\n  - f\n",
  "x: {a: b, c: [d, e]}\ny: 'z w'\n",
  'a: &a {b: c}\nd:\n  <<: *a\n  e: "f g"\n',
  "t: |\n  a\n  b\nu: >-\n  c\n  d\n",
] as const;

const VALUES = [
  "v w",
  "'v w'",
  '"v w"',
  "{v: w}",
  "[v, w]",
  "'it''s w'",
  '"v\\tw"',
  "v: w",
  "{{v}} w",
  "*v",
] as const;
const BREAKS = ["\n", "\n  ", "\n    ", "\n\n", " \n ", "\r\n", "\u2028", " \u2029  ", "\u0085"] as const;

/** Texts in the manner of a bundle in which a value is broken over lines, moved, or put in brackets. */
export const slippedYaml: fc.Arbitrary<string> = fc
  .record({
    text: fc.constantFrom(...TEXTS),
    line: fc.nat(9),
    value: fc.constantFrom(...VALUES),
    wrap: fc.constantFrom<readonly [string, string]>(
      ["", ""],
      ["{k: ", "}"],
      ["[", "]"],
      ["{k: ", "\n}"],
      ["[", "\n]"],
      ["{", ""],
    ),
    breaks: fc.array(fc.tuple(fc.nat(9), fc.constantFrom(...BREAKS)), { maxLength: 2 }),
    indent: fc.constantFrom(undefined, "", " ", "  ", "    "),
  })
  .map(({ text, line, value, wrap: [open, close], breaks, indent }) => {
    const lines = text.split("\n");
    const at = line % (lines.length - 1);
    const broken = breaks.reduce((all, [place, mark]) => {
      const blanks = [...all.matchAll(/ /g)].map(({ index }) => index);
      const blank = blanks[place % Math.max(blanks.length, 1)];
      return blank === undefined ? all : all.slice(0, blank) + mark + all.slice(blank + 1);
    }, `${open}${value}${close}`);
    lines[at] = (lines[at] ?? "").replace(/: \S.*$/, () => `: ${broken}`);
    if (indent !== undefined) lines[at] = indent + (lines[at] ?? "").trimStart();
    return lines.join("\n");
  });
