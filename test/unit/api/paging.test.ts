import assert from "node:assert/strict";
import sinon from "sinon";
import type { ApiRequest } from "../../../core/api/client.ts";
import type { Json } from "../../../core/api/json.ts";
import { inParallel, listAll, listScim } from "../../../core/api/paging.ts";

/** A host that gives these pages one after the other, the last one for ever. */
function pages(...all: readonly Json[]) {
  const asked: ApiRequest["query"][] = [];
  const call = (request: ApiRequest): Promise<Json> => {
    asked.push(request.query);
    return Promise.resolve(all[Math.min(asked.length, all.length) - 1] ?? null);
  };
  return { api: { call }, asked };
}

describe("listings", () => {
  it("follow page tokens past empty pages", async () => {
    const { api, asked } = pages(
      { items: [1], next_page_token: "a" },
      { next_page_token: "b" },
      { items: [2], next_page_token: "" },
    );
    assert.deepEqual(await listAll(api, "/x", "items", { limit: "1" }), [1, 2]);
    assert.deepEqual(asked, [
      { limit: "1" },
      { limit: "1", page_token: "a" },
      { limit: "1", page_token: "b" },
    ]);
  });

  it("stop at tokens that come again, at once or in a circle", async () => {
    const same = pages({ next_page_token: "same" });
    await assert.rejects(listAll(same.api, "/x", "items"), { errorCode: "PAGING_BROKEN" });
    assert.equal(same.asked.length, 2);
    const next = [{ next_page_token: "a" }, { next_page_token: "b" }];
    const circle = pages(...next, ...next, ...next);
    await assert.rejects(listAll(circle.api, "/x", "items"), /does not come to an end/);
    assert.equal(circle.asked.length, 3);
  });

  it("stop where tokens never end", async () => {
    const call = sinon.stub().callsFake(() => Promise.resolve({ next_page_token: String(call.callCount) }));
    await assert.rejects(listAll({ call }, "/x", "items"), { errorCode: "PAGING_BROKEN" });
    sinon.assert.callCount(call, 10_000);
  });

  it("of SCIM go on by index, up to the page that is last", async () => {
    const page = (...names: string[]): Json => ({ Resources: names });
    const { api, asked } = pages(page("a", "b"), page("c"), page("d"));
    const found = await listScim(api, "/x", { attributes: "id" }, (items) => items.includes("c"));
    assert.deepEqual(found, ["a", "b", "c"]);
    assert.deepEqual(asked, [
      { startIndex: "1", count: "100", attributes: "id" },
      { startIndex: "3", count: "100", attributes: "id" },
    ]);
    assert.deepEqual(await listScim(pages(page("a"), {}).api, "/x", {}, () => false), ["a"]);
    await assert.rejects(
      listScim(pages(page("a")).api, "/x", {}, () => false),
      { errorCode: "PAGING_BROKEN" },
    );
  });

  it("keep the order of parallel work", async () => {
    assert.deepEqual(await inParallel([3, 1, 2], (n) => Promise.resolve(n * 2), 2), [6, 2, 4]);
    await assert.rejects(
      inParallel([1], () => Promise.reject(new Error("x"))),
      /x/,
    );
  });
});
