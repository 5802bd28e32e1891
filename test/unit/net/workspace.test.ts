import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../core/base/errors.ts";
import { isLoopback } from "../../../core/net/origin.ts";
import { parseWorkspaceUrl } from "../../../core/net/workspace.ts";

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);
const hostname = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
const port = fc.integer({ min: 1, max: 65535 });

function mistakeOf(text: string): SecretlessError {
  try {
    parseWorkspaceUrl(text);
  } catch (error) {
    assert.ok(error instanceof SecretlessError);
    assert.equal(error.code, "INPUT_INVALID");
    return error;
  }
  return assert.fail(`accepted: ${text}`);
}

describe("workspace URL", () => {
  const host = "https://adb-7429.12.azuredatabricks.net";
  for (const [text, expected] of [
    [host, { origin: host }],
    [`${host}/`, { origin: host }],
    [`  ${host}/\n`, { origin: host }],
    [`${host}:443`, { origin: host }],
    [`${host}:8443/`, { origin: `${host}:8443` }],
    [host.toUpperCase(), { origin: host }],
    [`${host}/?o=7429`, { origin: host, workspaceId: "7429" }],
    [`${host}?w=7429&a=0c0f-1`, { origin: host, workspaceId: "7429", accountId: "0c0f-1" }],
    [`${host}?workspace_id=1&o=1&account_id=x&a=x`, { origin: host, workspaceId: "1", accountId: "x" }],
    [`${host}?o=&unknown=1`, { origin: host }],
    ["http://127.0.0.1:8080/", { origin: "http://127.0.0.1:8080" }],
    ["HTTP://LocalHost:80", { origin: "http://localhost" }],
    ["http://[::1]:1", { origin: "http://[::1]:1" }],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(parseWorkspaceUrl(text), expected));
  }

  for (const [text, why] of [
    ["", /no workspace URL/],
    ["adb-1.2.azuredatabricks.net", /does not start with https/],
    ["https:adb-1.2.azuredatabricks.net", /does not start with https/],
    ["ftp://adb-1.2.azuredatabricks.net", /does not start with https/],
    ["https://", /not a URL/],
    ["https://a:99999", /not a URL/],
    ["http://adb-1.2.azuredatabricks.net", /plain http/],
    ["http://127.0.0.1.evil.example", /plain http/],
    ["http://localhost.evil.example", /plain http/],
    ["https://ok.example/browse", /path/],
    ["https://ok.example\\@evil.example", /path/],
    ["https://ok.example/#job/1", /fragment/],
    ["https://ok.exa\tmple", /characters/],
    ["https://ok.exa\nmple", /characters/],
    ["https://%6fk.example", /characters/],
    ["https://bücher.example", /characters/],
    ["https://ok.example/?o=1&x={}", /characters/],
    ["https://0x7f.1", /usual form/],
    ["https://2130706433", /usual form/],
    ["https://[0:0::1]", /usual form/],
    ["https://ok.example?o=1&w=2", /several IDs/],
    ["https://ok.example?o=abc", /not an ID/],
    ["https://ok.example?a=a%20b", /not an ID/],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.match(mistakeOf(text).message, why));
  }

  it("does not repeat a password", () => {
    const error = mistakeOf("https://user:hunter22@ok.example");
    assert.match(error.message, /user name or a password/);
    assert.doesNotMatch(JSON.stringify(error.details), /hunter22/);
  });

  it("normalises every way to write a host to one origin", () => {
    fc.assert(
      fc.property(
        hostname.filter((name) => URL.canParse(`https://${name}`)),
        port,
        fc.constantFrom("", "/", "?o=1", "/?o=1"),
        fc.boolean(),
        (name, number, tail, upper) => {
          const text = `https://${name}:${String(number)}`;
          const { origin } = parseWorkspaceUrl((upper ? text.toUpperCase() : text) + tail);
          assert.equal(origin, number === 443 ? `https://${name}` : text);
          assert.equal(parseWorkspaceUrl(origin).origin, origin);
        },
      ),
    );
  });

  it("gives any text an origin of safe characters or a mistake", () => {
    const pieces = fc.constantFrom(
      "http",
      "https",
      "://",
      "a.b",
      "@",
      "\\",
      "/",
      ":",
      "1",
      "%",
      "?o=",
      "\t",
      "#",
      "[::1]",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join("")),
        ),
        (text) => {
          try {
            assert.match(
              parseWorkspaceUrl(text).origin,
              /^(https:\/\/[\w.[\]:-]+|http:\/\/(localhost|127[\d.]+|\[::1\])(:\d+)?)$/,
            );
          } catch (error) {
            assert.ok(error instanceof SecretlessError && error.code === "INPUT_INVALID", String(error));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("loopback", () => {
  for (const name of ["localhost", "127.0.0.1", "127.255.0.9", "[::1]"]) {
    it(`is ${name}`, () => assert.ok(isLoopback(name)));
  }
  for (const name of ["", "localhost.example", "128.0.0.1", "127.0.0.1.example", "[::2]", "10.0.0.1"]) {
    it(`is not ${JSON.stringify(name)}`, () => assert.ok(!isLoopback(name)));
  }
});
