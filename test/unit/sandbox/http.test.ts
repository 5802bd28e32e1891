import assert from "node:assert/strict";
import fc from "fast-check";
import { idOf, jsonId, parseJson, writeJson, type Json } from "../../../sandbox/http/json.ts";
import { pageOf, pageSize } from "../../../sandbox/http/paging.ts";
import { Refusal } from "../../../sandbox/http/reply.ts";
import { findRoute } from "../../../sandbox/http/router.ts";
import { cleanPath } from "../../../sandbox/workspace/files.ts";

describe("sandbox: JSON", () => {
  it("keeps every digit of an integer", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }), (value) => {
        const text = `{"id":${String(value)}}`;
        assert.equal(writeJson(parseJson(text)), text);
      }),
    );
  });

  it("agrees with JSON.parse and JSON.stringify otherwise", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(JSON.parse(writeJson(parseJson(text))), JSON.parse(text));
      }),
    );
  });

  it("reads an id as number or text and writes it as a number", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), (value) => {
        const digits = String(value);
        for (const text of [digits, `"${digits}"`]) assert.equal(idOf(parseJson(text)), digits);
        assert.equal(writeJson(jsonId(digits)), digits);
      }),
    );
    for (const value of [null, "", "1.5", "-1", 1.5, {}, "1e3"]) assert.equal(idOf(value), "");
  });
});

describe("sandbox: router", () => {
  const route = (method: string, pattern: string) => ({
    method,
    pattern,
    access: "public" as const,
    handle: () => ({ status: 200, body: null as Json }),
  });
  const routes = [
    route("GET", "/a/{id}"),
    route("GET", "/a/{id}/b"),
    route("POST", "/files/{path...}"),
    route("GET", "/a/x"),
  ];
  const match = (method: string, path: string) => {
    const found = findRoute(routes, method, path);
    return found === undefined ? undefined : [found.route.pattern, { ...found.params }];
  };

  it("fills placeholders with decoded segments", () => {
    assert.deepEqual(match("GET", "/a/one%20two"), ["/a/{id}", { id: "one two" }]);
    assert.deepEqual(match("GET", "/a/1/b"), ["/a/{id}/b", { id: "1" }]);
    assert.deepEqual(match("GET", "/a/x"), ["/a/{id}", { id: "x" }]);
  });

  it("takes the rest of a path, be it one encoded segment or many", () => {
    for (const path of ["/files/Workspace%2FUsers%2Fme%2Fa%20b", "/files/Workspace/Users/me/a%20b"]) {
      assert.deepEqual(match("POST", path), ["/files/{path...}", { path: "Workspace/Users/me/a b" }]);
    }
  });

  it("finds nothing for another method, a longer or shorter path, an empty or broken segment", () => {
    for (const [method, path] of [
      ["POST", "/a/1"],
      ["GET", "/a"],
      ["GET", "/a/"],
      ["GET", "/a/1/b/c"],
      ["GET", "/a/%E0%A4"],
      ["GET", ""],
    ] as const) {
      assert.equal(match(method, path), undefined, `${method} ${path}`);
    }
  });
});

describe("sandbox: paging", () => {
  it("gives every item once, in order, and ends", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), (items, size) => {
        const seen: number[] = [];
        let token = "";
        do {
          const page = pageOf(items, token, size);
          assert.ok(page.items.length <= size);
          seen.push(...page.items);
          token = page.nextPageToken;
        } while (token !== "");
        assert.deepEqual(seen, items);
      }),
    );
  });

  it("refuses tokens and sizes that are none", () => {
    for (const token of ["x", "-1", "1.5"]) assert.throws(() => pageOf([1], token, 1), Refusal);
    for (const size of ["x", "-1", "101"]) assert.throws(() => pageSize(size, 20, 100), Refusal);
    assert.equal(pageSize(null, 20, 100), 20);
    assert.equal(pageSize("7", 20, 100), 7);
  });
});

describe("sandbox: workspace paths", () => {
  it("names one place in one way", () => {
    for (const path of [
      "/Users/me/x",
      "/Workspace/Users/me/x",
      "//Workspace/Users//me/x/",
      "Workspace/Users/me/y/../x",
    ]) {
      assert.equal(cleanPath(path), "/Workspace/Users/me/x");
    }
    for (const path of ["/", "", "/Workspace", "/Workspace/"]) assert.equal(cleanPath(path), "/Workspace");
  });

  it("is stable and stays below /Workspace", () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        const clean = cleanPath(path);
        assert.equal(cleanPath(clean), clean);
        assert.match(clean, /^\/Workspace(\/|$)/);
      }),
    );
  });
});
