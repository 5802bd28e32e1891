import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { parseCliMirror, parseCliVersion, parseSha256 } from "../../../../core/ci/inputs/cli-values.ts";
import { SecretlessError } from "../../../../core/base/errors.ts";

function refused(parse: () => unknown): SecretlessError {
  try {
    assert.fail(`accepted: ${JSON.stringify(parse())}`);
  } catch (error) {
    assert.ok(error instanceof SecretlessError, String(error));
    assert.equal(error.code, "INPUT_INVALID");
    return error;
  }
}

describe("cli-version", () => {
  it("is three numbers (property)", () => {
    const part = fc.nat(9999);
    fc.assert(
      fc.property(part, part, part, (...parts) => {
        assert.equal(parseCliVersion(parts.join(".")), parts.join("."));
      }),
    );
  });

  for (const text of [
    "",
    "v1.9.0",
    "1.9",
    "1.9.x",
    "latest",
    "^1.9.0",
    "1.9.0-dev",
    "1.9.0/..",
    "../1.9.0",
    "01.9.0",
    "1.9.0\n",
    "1.9.0 ",
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      refused(() => parseCliVersion(text));
    });
  }

  it("never lets anything else into a path (property)", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d./v-]{0,12}$/)), (text) => {
        try {
          assert.match(parseCliVersion(text), /^\d+\.\d+\.\d+$/);
        } catch (error) {
          assert.ok(error instanceof SecretlessError);
        }
      }),
    );
  });
});

describe("cli-sha256", () => {
  it("is 64 hexadecimal digits in any letter case", () => {
    assert.equal(parseSha256("AB".repeat(32)), "ab".repeat(32));
    for (const text of ["", "ab", "ab".repeat(33), `sha256:${"ab".repeat(32)}`, "zz".repeat(32)]) {
      refused(() => parseSha256(text));
    }
  });
});

describe("cli-mirror", () => {
  const accepted: readonly (readonly [string, unknown])[] = [
    [
      "https://mirror.example.com/databricks-cli",
      { kind: "url", base: "https://mirror.example.com/databricks-cli" },
    ],
    ["https://mirror.example.com/a/b/", { kind: "url", base: "https://mirror.example.com/a/b" }],
    ["https://Mirror.Example.com:8443", { kind: "url", base: "https://mirror.example.com:8443" }],
    ["http://127.0.0.1:8080/x//", { kind: "url", base: "http://127.0.0.1:8080/x" }],
    ["http://localhost", { kind: "url", base: "http://localhost" }],
    ["  /opt/mirror  ", { kind: "folder", path: "/opt/mirror" }],
    ["C:\\mirror", { kind: "folder", path: "C:\\mirror" }],
    ["c:/mirror", { kind: "folder", path: "c:/mirror" }],
    ["\\\\server\\share", { kind: "folder", path: "\\\\server\\share" }],
    ["file:///opt/my%20mirror", { kind: "folder", path: "/opt/my mirror" }],
    ["file:///C:/mirror", { kind: "folder", path: "C:\\mirror" }],
    ["file://server/share/x", { kind: "folder", path: "\\\\server\\share\\x" }],
  ];
  for (const [text, expected] of accepted) {
    it(`may be ${text}`, () => {
      assert.deepEqual(parseCliMirror(text), expected);
    });
  }

  const wrong: readonly (readonly [string, RegExp])[] = [
    ["", /neither/],
    ["mirror", /neither/],
    ["./mirror", /neither/],
    ["ftp://mirror.example.com", /neither/],
    ["https:mirror.example.com", /neither/],
    ["http://mirror.example.com/x", /not https/],
    ["http://127.0.0.1.example.com/", /not https/],
    ["https://user:pw@mirror.example.com/", /user or a password/],
    ["https://mirror.example.com/?sig=abc", /query/],
    ["https://mirror.example.com/x#y", /fragment/],
    ["/opt/a\nb", /control/],
    ["file:///opt/a%2Fb", /cannot be a folder/],
    ["file:///opt/a%0Ab", /cannot be a folder/],
    ["file:///opt/%ff", /cannot be a folder/],
  ];
  for (const [text, reason] of wrong) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.match(refused(() => parseCliMirror(text)).message, reason);
    });
  }

  it("never shows a password", () => {
    const error = refused(() => parseCliMirror("https://user:hunter22@mirror.example.com/"));
    assert.ok(!JSON.stringify(error.details).includes("hunter22"));
  });

  it("takes any absolute path as a file URL (property)", () => {
    const path = fc.array(fc.stringMatching(/^[\p{L}\d %#?._-]{1,12}$/u), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(path, (segments) => {
        const folder = new URL(pathToFileURL(`/${segments.join("/")}`));
        const parsed = parseCliMirror(folder.href);
        assert.equal(parsed.kind, "folder");
      }),
    );
  });

  it("is a URL of its own origin, without query, or is refused (property)", () => {
    const text = fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string());
    fc.assert(
      fc.property(text, (input) => {
        try {
          const mirror = parseCliMirror(input);
          if (mirror.kind === "folder") return;
          const url = new URL(`${mirror.base}/v1.9.0/file.zip`);
          assert.equal(url.origin, new URL(input).origin);
          assert.equal(`${url.search}${url.hash}${url.username}`, "");
          assert.ok(
            url.protocol === "https:" || url.hostname === "localhost" || url.hostname.startsWith("127."),
          );
          assert.ok(url.pathname.endsWith("/v1.9.0/file.zip"));
        } catch (error) {
          assert.ok(error instanceof SecretlessError, String(error));
        }
      }),
    );
  });
});
