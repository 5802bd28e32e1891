import assert from "node:assert/strict";
import fc from "fast-check";
import { readAssignment } from "../../../../core/scan/detect/assignment.ts";
import type { FileKind } from "../../../../core/scan/detect/file-kind.ts";
import { fileKind } from "../../../../core/scan/detect/file-kind.ts";
import { isPassword, isRandom } from "../../../../core/scan/detect/judge.ts";
import { isHarmlessName, normaliseName } from "../../../../core/scan/detect/names.ts";
import { isPlaceholder, isReference } from "../../../../core/scan/detect/references.ts";

function read(text: string, kind: FileKind = "code"): string | undefined {
  const at = text.toLowerCase().indexOf("password");
  const found = readAssignment(text, at, at + "password".length, kind);
  return found === null ? undefined : `${found.name}=${found.value}`;
}

describe("readAssignment", () => {
  const literal: readonly (readonly [text: string, wanted: string | undefined, kind?: FileKind])[] = [
    ['db_password = "x1"', "db_password=x1"],
    ['T=$(cli generate-password "projects/$P/b1")', undefined, "config"],
    ['T=$(cli --verbose get-password "x1y2" | jq .a)', undefined],
    ['export PASSWORD="$PREFIX-Harbour7781"', undefined, "config"],
    ['PASSWORD="pw-$ENVIRONMENT-1"', undefined, "config"],
    ['PASSWORD="pw-$(date)-1"', undefined, "config"],
    ['$password = "$prefix-Harbour778"', undefined, "config"],
    ["PASSWORD='Harbour7781$x'", "PASSWORD=Harbour7781$x", "config"],
    ['PASSWORD="Harbour7781$"', "PASSWORD=Harbour7781$", "config"],
    ['password: "Harbour7781$x"', "password=Harbour7781$x", "config"],
    ['password = "Harbour7781$x"', "password=Harbour7781$x"],
    ['T=$(PASSWORD="Harbour7781" cli)', "PASSWORD=Harbour7781", "config"],
    ["password: str = 'x1'", "password=x1"],
    ['val password: Option[String] = Some("x1")', "password=x1"],
    ['password <- "x1"', "password=x1"],
    ['"password" -> "x1"', "password=x1"],
    ['password := "x1"', "password=x1"],
    ['{"password":"x1"}', "password=x1"],
    ['os.environ["PASSWORD"] = "x1"', "PASSWORD=x1"],
    ['.option("password", "x1")', "password=x1"],
    ["dbutils.widgets.text('password', 'x1')", "password=x1"],
    ['parser.add_argument("--password", default="x1")', "--password=x1"],
    ["password = '''x1'''", "password=x1"],
    ["IDENTIFIED password 'x1'", "password=x1"],
    ["jdbc:x;password=abcd;y", "password=abcd"],
    ["<password>abcd</password>", "password=abcd"],
    ["<name>a.password</name><value>abcd</value>", "a.password=abcd"],
    ["password: abcd", "password=abcd", "config"],
    ["password=abcd", "password=abcd", "config"],
    ["spark.password   abcd", "spark.password=abcd", "config"],
    ["ENV PASSWORD abcd", "PASSWORD=abcd", "config"],
    ["machine h login u password abcd", "password=abcd", "config"],
    ["- name: PASSWORD\n  value: abcd", "PASSWORD=abcd", "config"],
    ["password:\n  type: string\n  default: abcd", "password=abcd", "config"],
    ['variable "password" {\n  default = "x1"\n}', "password=x1"],
    ["run --password abcd", "--password=abcd"],
    ["export PASSWORD=abcd", "PASSWORD=abcd"],
    ["password = abcd", undefined],
    ["password == 'x1'", undefined],
    ["password != 'x1'", undefined],
    ['password = f"{x}1"', undefined],
    ['password = "x" + y', undefined],
    ['password = "x" % y', undefined],
    ['password = "x\ny"', undefined],
    ['password = "x', undefined],
    ['select("password", "x1")', undefined],
    ["password = abcd(1)", undefined, "config"],
    ['- name: "password", other: "x1"', undefined, "config"],
    ["password:\n  other: abcd", undefined, "config"],
    ["the password is good", undefined, "text"],
    ['"x_password"', undefined],
  ];
  for (const [text, wanted, kind] of literal) {
    it(`reads ${JSON.stringify(text)} as ${wanted ?? "nothing"}`, () => {
      assert.equal(read(text, kind), wanted);
    });
  }

  it("gives the place of the value, in any text", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const text = `${before}password${after}`;
        const found = readAssignment(text, before.length, before.length + 8, "config");
        if (found !== null)
          assert.equal(text.slice(found.valueStart, found.valueStart + found.value.length), found.value);
      }),
      { numRuns: 500 },
    );
  });
});

describe("names", () => {
  it("read alike however they are written", () => {
    for (const name of [
      "s3aSecretKey",
      "S3A_SECRET_KEY",
      "s3a-secret-key",
      "s3a.secret.key",
      "s3a.secretKey.prod",
      "s3a_secret_key_1",
    ]) {
      assert.equal(normaliseName(name), "s3a_secret_key");
    }
    assert.equal(normaliseName("APIKey"), "api_key");
    assert.equal(normaliseName("prod"), "prod");
  });

  it("of other things are told from those of credentials", () => {
    for (const name of [
      "idempotency_token",
      "next_page_token",
      "pad_token",
      "csrf_token",
      "public_key",
      "partition_key",
      "reset_password",
    ]) {
      assert.ok(isHarmlessName(name), name);
    }
    for (const name of ["api_token", "db_password", "client_secret", "storage_key"])
      assert.ok(!isHarmlessName(name), name);
  });
});

describe("values", () => {
  it("that name a secret kept elsewhere are references", () => {
    for (const value of [
      "{{secrets/a/b}}",
      "${var.x}",
      "${{ secrets.X }}",
      "$(x)",
      "$X",
      "%X%",
      "#{x}#",
      "<x>",
      "{x}",
      "__X__",
      "os.environ['X']",
      "dbutils.secrets.get",
      "secret/x",
      "op://a/b",
      "%s",
      "!vault x",
      "$[x]",
    ]) {
      assert.ok(isReference(value), value);
    }
    for (const value of ["Harbour7781!", "abc$def", "x%y%z1"]) assert.ok(!isReference(value), value);
  });

  it("that stand for one are placeholders, and those that everybody knows too", () => {
    for (const value of [
      "changeme",
      "your-token",
      "xxxxxxxx",
      "1234567890abcdef",
      "1a2b3c45d67890e1f234567a8bc9012d",
      "abababababab",
      "password1",
      "AKIAIOSFODNN7EXAMPLE",
      "REDACTED",
      "aaaa",
      "abcdabcdabcdabcd",
    ]) {
      assert.ok(isPlaceholder(value), value);
    }
    for (const value of ["Harbour7781!", "3f9a0c7be21d48f6a5b3c2901d7e6f84"])
      assert.ok(!isPlaceholder(value), value);
  });

  it("are passwords as people choose them, or random as machines make them", () => {
    for (const value of ["Harbour7781!", "willow_velvet15", "kQ93nfk2"])
      assert.ok(isPassword(value, false), value);
    for (const value of [
      "short",
      "two words",
      "db-password",
      "prod_kv_secret1",
      "/run/secrets/x",
      "a.yml",
      "$2b$12$abcdefgh",
      "get_it(",
      "2026-11-25",
      "SOME_NAME",
      "https://x/y",
    ]) {
      assert.ok(!isPassword(value, false), value);
    }
    assert.ok(isPassword("sunflower", true));
    assert.ok(!isPassword("123", true));
    for (const value of [
      "3f9a0c7be21d48f6a5b3",
      "0f8fad5b-d9cb-469f-a165-70867728950e",
      "/Ab3xY9+kQ2mN7pR5tV8wZ1cD4fG6hJ0",
    ])
      assert.ok(isRandom(value), value);
    for (const value of [
      "short1",
      "CreateCredentialAwsCredentials",
      "X-Databricks-Azure-SP-Management-Token",
      "12345678901234567",
      "kv-prod-weu-secret-2024",
      "one two three four 5",
    ]) {
      assert.ok(!isRandom(value), value);
    }
  });
});

describe("file kinds", () => {
  it("follow from names", () => {
    const kinds = [
      "a.yml",
      ".env.prod",
      "Dockerfile",
      ".databrickscfg",
      "x/config",
      "a.ipynb",
      "a.csv",
      "README.md",
      "credentials.rst",
      "a.py",
      "config.py",
    ].map(fileKind);
    assert.deepEqual(kinds, [
      "config",
      "config",
      "config",
      "config",
      "config",
      "data",
      "data",
      "text",
      "text",
      "code",
      "code",
    ]);
  });
});
