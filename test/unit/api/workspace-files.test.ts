import assert from "node:assert/strict";
import { ApiFailure, type ApiRequest } from "../../../core/api/client.ts";
import type { Json } from "../../../core/api/json.ts";
import {
  deleteWorkspaceFile,
  readWorkspaceFile,
  workspaceObject,
  writeWorkspaceFile,
} from "../../../core/api/workspace-files.ts";

const MISSING = new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", "none");
const EXISTS = new ApiFailure(400, "RESOURCE_ALREADY_EXISTS", "there");
const DENIED = new ApiFailure(403, "PERMISSION_DENIED", "no");
const PAGE = new ApiFailure(404, "UNREADABLE_ANSWER", "the answer is not JSON");

function host(...answers: readonly (Json | ApiFailure)[]) {
  const requests: ApiRequest[] = [];
  const call = (request: ApiRequest): Promise<Json> => {
    const answer = answers[requests.length] ?? {};
    requests.push(request);
    return answer instanceof ApiFailure ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { api: { call }, requests, paths: () => requests.map(({ path }) => path.split("/").at(-1)) };
}

describe("workspace files", () => {
  it("are read as UTF-8", async () => {
    const { api, requests } = host({ content: Buffer.from("ü\n").toString("base64") });
    assert.equal(await readWorkspaceFile(api, "/s/a b"), "ü\n");
    assert.deepEqual(requests, [
      { method: "GET", path: "/api/2.0/workspace/export", query: { path: "/s/a b", format: "AUTO" } },
    ]);
  });

  it("are not there only if the API itself says so", async () => {
    assert.equal(await readWorkspaceFile(host(MISSING).api, "/s/a"), undefined);
    assert.equal(await workspaceObject(host(MISSING).api, "/s/a"), undefined);
    for (const error of [DENIED, PAGE]) {
      await assert.rejects(readWorkspaceFile(host(error).api, "/s/a"), error);
      await assert.rejects(workspaceObject(host(error).api, "/s/a"), error);
      await assert.rejects(deleteWorkspaceFile(host(error).api, "/s/a"), error);
      await assert.rejects(writeWorkspaceFile(host(error).api, "/s/a", "", true), error);
    }
  });

  it("are written in one request that may be repeated", async () => {
    const { api, requests } = host();
    assert.equal(await writeWorkspaceFile(api, "/s/a", "ü", true), true);
    const body = { path: "/s/a", format: "AUTO", content: "w7w=", overwrite: true };
    assert.deepEqual(requests, [
      { method: "POST", path: "/api/2.0/workspace/import", body, repeatable: true },
    ]);
  });

  it("are not overwritten unless that is wanted", async () => {
    assert.equal(await writeWorkspaceFile(host(EXISTS).api, "/s/a", "", false), false);
  });

  it("get their folder if it is missing", async () => {
    const { api, requests, paths } = host(MISSING);
    assert.equal(await writeWorkspaceFile(api, "/s/t/a", "", true), true);
    assert.deepEqual(paths(), ["import", "mkdirs", "import"]);
    assert.deepEqual(requests[1]?.body, { path: "/s/t" });
  });

  it("are as good as deleted where there is none", async () => {
    const { api, requests } = host(MISSING);
    await deleteWorkspaceFile(api, "/s/a");
    assert.deepEqual(requests[0]?.body, { path: "/s/a", recursive: false });
  });
});
