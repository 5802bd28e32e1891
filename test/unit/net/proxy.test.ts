import assert from "node:assert/strict";
import fc from "fast-check";
import { checkProxies, proxyFor, proxySecrets } from "../../../core/net/proxy.ts";

const HTTPS_PROXY = "http://proxy.example:3128";

function isProxied(url: string, NO_PROXY: string): boolean {
  return proxyFor(new URL(url), { HTTPS_PROXY, NO_PROXY }) !== undefined;
}

describe("proxyFor", () => {
  const url = new URL("https://workspace.example");
  for (const [name, environment, expected] of [
    ["nothing", {}, undefined],
    ["HTTP_PROXY", { HTTP_PROXY: HTTPS_PROXY }, undefined],
    ["HTTPS_PROXY", { HTTPS_PROXY }, "http://proxy.example:3128"],
    ["https_proxy", { https_proxy: HTTPS_PROXY }, "http://proxy.example:3128"],
    ["both", { HTTPS_PROXY, https_proxy: "http://other" }, "http://proxy.example:3128"],
    ["an empty one", { HTTPS_PROXY: "", https_proxy: "" }, undefined],
    ["no scheme", { HTTPS_PROXY: "proxy.example:3128" }, "http://proxy.example:3128"],
    ["https", { HTTPS_PROXY: "https://proxy.example" }, "https://proxy.example"],
  ] as const) {
    it(`with ${name}`, () => assert.equal(proxyFor(url, environment)?.url.origin, expected));
  }

  for (const value of ["socks5://proxy:1080", "http://", "http://user:hunter22@[proxy"]) {
    it(`refuses ${value}`, () =>
      assert.throws(
        () => proxyFor(url, { HTTPS_PROXY: value }),
        (error: Error) => {
          assert.equal((error as { code?: string }).code, "INPUT_INVALID");
          assert.doesNotMatch(JSON.stringify(error), /hunter22/);
          return true;
        },
      ));
  }

  for (const target of ["https://127.0.0.1:8443", "https://localhost", "https://[::1]:1"]) {
    it(`leaves ${target} alone`, () => assert.ok(!isProxied(target, "")));
  }
});

describe("NO_PROXY", () => {
  for (const [list, target, proxied] of [
    ["", "https://a.example", true],
    ["*", "https://a.example", false],
    ["b.example, *", "https://a.example", false],
    ["a.example", "https://a.example", false],
    ["A.Example", "https://a.example", false],
    ["a.example", "https://sub.a.example", false],
    ["a.example", "https://nota.example", true],
    [".a.example", "https://a.example", true],
    [".a.example", "https://sub.a.example", false],
    ["*.a.example", "https://sub.a.example", false],
    ["*.a.example", "https://a.example", true],
    ["a.example:443", "https://a.example", false],
    ["a.example:8443", "https://a.example", true],
    ["a.example:8443", "https://a.example:8443", false],
    ["*:8443", "https://a.example:8443", false],
    [":443", "https://a.example", true],
    ["10.1.2.3", "https://10.1.2.3", false],
    ["10.1.2.3:443", "https://10.1.2.3", false],
    ["10.0.0.0/8", "https://10.1.2.3", false],
    ["10.0.0.0/8", "https://11.1.2.3", true],
    ["10.0.0.0/8", "https://a.example", true],
    ["10.0.0.0/33", "https://10.0.0.1", true],
    ["a.example/8", "https://a.example", true],
    ["fd00::1", "https://[fd00::1]", false],
    ["[fd00::1]:443", "https://[fd00::1]", false],
    ["fd00::/8", "https://[fd12::1]", false],
    ["fd00::/8", "https://10.1.2.3", true],
    [",,  ,", "https://a.example", true],
  ] as const) {
    it(`${JSON.stringify(list)} sends ${target} ${proxied ? "through the proxy" : "directly"}`, () =>
      assert.equal(isProxied(target, list), proxied));
  }

  it("never fails, whatever it contains", () => {
    fc.assert(fc.property(fc.string(), (list) => typeof isProxied("https://a.example", list) === "boolean"));
  });

  it("exempts a host, its subdomains, and nothing that only ends alike", () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    fc.assert(
      fc.property(label, label, (a, b) => {
        const name = `${a}.example`;
        assert.ok(!isProxied(`https://${name}`, `x,${name}`));
        assert.ok(!isProxied(`https://${b}.${name}`, `${name} ,x`));
        assert.ok(isProxied(`https://${b}${name}`, name));
      }),
    );
  });
});

describe("a proxy's user and password", () => {
  const PASSWORD = "Hunter-4711-secret";
  const url = new URL("https://workspace.example");
  const part = fc.constantFrom(
    "/",
    "@",
    ":",
    "#",
    "?",
    "\\",
    "%",
    "//",
    " ",
    "\t",
    "[",
    "a",
    "80",
    "h.example",
    PASSWORD,
  );

  it("are whole or refused, never a part of the host, and never shown", () => {
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 8 }),
        fc.constantFrom("", "http://", "HTTPS://"),
        (parts, scheme) => {
          const HTTPS_PROXY = `${scheme}me:${parts.join("")}@proxy.example:3128`;
          try {
            const proxy = proxyFor(url, { HTTPS_PROXY });
            assert.equal(proxy?.url.hostname, "proxy.example");
            assert.ok(!proxy.url.origin.includes(PASSWORD));
          } catch (error) {
            assert.equal((error as { code?: string }).code, "INPUT_INVALID");
            assert.ok(!JSON.stringify(error).includes(PASSWORD));
            assert.match(JSON.stringify(error), /Percent-encode special characters of user and password/);
          }
        },
      ),
    );
  });

  it("are checked in every variable that the CLI is given", () => {
    for (const name of ["HTTPS_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
      assert.throws(() => checkProxies({ [name]: `http://me:1/${PASSWORD}@h:1` }), /may hold a password/);
      checkProxies({ [name]: "http://me:p%40ss@h:1", NO_PROXY: "a,b" });
    }
    checkProxies({ ALL_PROXY: "socks5h://me:pw@h:1" });
  });

  it("are hidden as they are written and as they are meant", () => {
    const secrets = proxySecrets({ HTTPS_PROXY: "http://me:p%40ssword@h:1", http_proxy: "http://h" });
    assert.deepEqual(secrets, ["p%40ssword", "p@ssword", "me:p%40ssword"]);
  });
});
