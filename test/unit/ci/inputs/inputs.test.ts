import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../../core/base/errors.ts";
import { parseInputs } from "../../../../core/ci/inputs/inputs.ts";
import { INPUT_NAMES, type InputName } from "../../../../core/ci/inputs/table.ts";
import { parseDuration, parseNameValueLines } from "../../../../core/ci/inputs/values.ts";
import { FakeCi } from "../../support/fake-ci.ts";

const GOOD = {
  host: "https://adb-1234567890123456.7.azuredatabricks.net",
  "client-id": "5F8A6D3C-0000-4000-8000-00000000AB12",
} as const;

function refused(inputs: Partial<Record<InputName, string>>): SecretlessError {
  try {
    parseInputs(new FakeCi(inputs));
  } catch (error) {
    assert.ok(error instanceof SecretlessError);
    assert.equal(error.code, "INPUT_INVALID");
    return error;
  }
  assert.fail("the inputs were accepted");
}

describe("inputs", () => {
  it("are read with their defaults", () => {
    const inputs = parseInputs(new FakeCi(GOOD));
    assert.equal(inputs.command.name, "deploy");
    assert.equal(inputs.host, GOOD.host);
    assert.equal(inputs.clientId, "5f8a6d3c-0000-4000-8000-00000000ab12");
    assert.equal(inputs.bundleRoot, ".");
    assert.equal(inputs.target, undefined);
    assert.equal(inputs.autoApprove.covers("jobs.a"), false);
    assert.equal(inputs.timeout, 6 * 3_600_000);
    assert.deepEqual(inputs.variables, {});
  });

  it("take the workspace ID from ?o= in the host", () => {
    const inputs = parseInputs(new FakeCi({ ...GOOD, host: `${GOOD.host}/?o=77` }));
    assert.equal(inputs.host, GOOD.host);
    assert.equal(inputs.workspaceId, "77");
  });

  it("report every mistake at once, and none of the values of variables", () => {
    const error = refused({
      command: "deply",
      host: "http://example.com",
      "client-id": "my-principal",
      "workspace-id": "abc",
      "account-id": "1",
      variables: "password hunter2",
      "auto-approve": "yes",
      timeout: "soon",
    });
    assert.equal(error.mistakes.length, 8);
    for (const name of [
      "command",
      "host",
      "client-id",
      "workspace-id",
      "account-id",
      "variables",
      "auto-approve",
      "timeout",
    ]) {
      assert.ok(
        error.mistakes.some((mistake) => mistake.problem.includes(`\`${name}\``)),
        name,
      );
    }
    assert.ok(!JSON.stringify(error.mistakes).includes("hunter2"));
  });

  it("say which required input is missing, once", () => {
    assert.deepEqual(
      refused({}).mistakes.map((mistake) => mistake.problem),
      ["Input `host` is missing.", "Input `client-id` is missing."],
    );
  });

  it("refuse a workspace ID that contradicts the host", () => {
    const error = refused({ ...GOOD, host: `${GOOD.host}?o=77`, "workspace-id": "78" });
    assert.match(error.mistakes[0]?.expected ?? "", /^77/);
  });

  it("never crash: any text gives inputs or INPUT_INVALID", () => {
    const anyInputs = fc.dictionary(
      fc.constantFrom(...INPUT_NAMES),
      fc.string({ unit: "grapheme", maxLength: 40 }),
      {
        maxKeys: 12,
      },
    );
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        try {
          parseInputs(new FakeCi(inputs));
        } catch (error) {
          assert.ok(error instanceof SecretlessError && error.code === "INPUT_INVALID", String(error));
        }
      }),
    );
  });
});

describe("durations", () => {
  for (const [text, ms] of [
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["168h", 604_800_000],
  ] as const) {
    it(`${text} is ${String(ms)} ms`, () => {
      assert.equal(parseDuration(text), ms);
    });
  }
  for (const text of ["", "0s", "10", "1d", "-1m", "1.5h", "169h", "1h 30m"]) {
    it(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(() => parseDuration(text), SecretlessError);
    });
  }
});

describe("name=value lines", () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,12}$/);
  const value = fc.string({ unit: "grapheme", maxLength: 60 }).filter((text) => !/[\r\n]/.test(text));

  it("carry every value unharmed", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 8 }),
        (pairs) => {
          const text = pairs.map(([key, content]) => `${key}=${content}`).join("\n");
          assert.deepEqual(parseNameValueLines(text), Object.fromEntries(pairs));
        },
      ),
    );
  });

  it("carry a value of 10,000 characters and refuse a longer one", () => {
    assert.deepEqual(parseNameValueLines(`a=${"x".repeat(10_000)}`), { a: "x".repeat(10_000) });
    assert.throws(
      () => parseNameValueLines(`a=${"x".repeat(10_001)}`),
      (error) => error instanceof SecretlessError && /over 10000 characters/.test(error.details.actual ?? ""),
    );
  });

  it("name every wrong line", () => {
    assert.throws(
      () => parseNameValueLines("a=1\n\nno equals\n1x=2\na=3\r\n"),
      (error) => {
        assert.ok(error instanceof SecretlessError);
        const wanted = 'line 3 has no "="; line 4: "1x" is not a name; line 5: a is given twice';
        assert.equal(error.details.actual, wanted);
        return true;
      },
    );
  });
});
