import assert from "node:assert/strict";
import { DiagnosticsReader } from "../../../core/cli/diagnostics.ts";
import { heldLock, holderOf, parseLock, readLock, stillLocked } from "../../../core/cli/deployment-lock.ts";
import { connectDatabricks } from "../../../core/api/client.ts";
import type { HttpRequest } from "../../../core/base/ports.ts";
import { FakeClock } from "../support/fake-clock.ts";

function diagnostics(text: string) {
  const reader = new DiagnosticsReader();
  for (const line of text.split("\n")) reader.line(line);
  return reader.diagnostics;
}
/** What the CLI prints (cli `libs/locker/locker.go`), twice as it does. */
const refused = (how: string) =>
  ["Error: Failed to acquire deployment lock: ", "Error: "]
    .map(
      (start) =>
        `${start}deploy lock ${how}.\nAnother deployment may be in progress. Use --force-lock to override, but this may\n` +
        "conflict with the other deployment if it is still active\n",
    )
    .join("");

describe("a deployment lock", () => {
  for (const [how, actual] of [
    [
      "acquired by ci@example.com at 2026-11-22 01:35:14.288392807 +0000 UTC",
      "held by ci@example.com since 2026-11-22 01:35:14.288392807 UTC",
    ],
    [
      "force-acquired by 5f8a6d3c-0000-4000-8000-000000000000 at 2026-11-22 01:35:14 +0000 UTC",
      "held by 5f8a6d3c-0000-4000-8000-000000000000 since 2026-11-22 01:35:14 UTC",
    ],
    [
      "acquired by A Person at 2026-11-22 01:35:14 +0000 UTC",
      "held by A Person since 2026-11-22 01:35:14 UTC",
    ],
  ] as const) {
    it(`is told with its holder: ${how}`, () => {
      const error = heldLock(diagnostics(refused(how)));
      assert.equal(error?.code, "DEPLOYMENT_LOCKED");
      assert.equal(error.details.actual, actual);
      assert.match(error.details.remedy ?? "", /concurrency/);
    });
  }

  it("is not why other deployments fail", () => {
    for (const text of [
      "Error: cannot create resources.jobs.a: no (403)\n",
      "Error: Failed to acquire deployment lock: invalid UUID length: 1\n",
      // It lost its own lock to a forced deployment, after it had done everything.
      "Error: unlock called when lock is not held: deploy lock force-acquired by x at 2026-11-22 01:35:14 +0000 UTC.\n",
      "",
    ]) {
      assert.equal(heldLock(diagnostics(text)), undefined);
    }
  });

  it("is looked for in the bundle's state folder", async () => {
    const requests: HttpRequest[] = [];
    const clock = new FakeClock();
    const lock = {
      ID: "2f6700aa-1111-4222-8333-444444444444",
      AcquisitionTime: "2026-11-22T01:35:14.2Z",
      User: "x",
    };
    let status = 200;
    let body = JSON.stringify({ content: Buffer.from(JSON.stringify(lock)).toString("base64") });
    const api = connectDatabricks({
      host: "https://h",
      token: () => Promise.resolve("t"),
      clock,
      send: (request) => {
        requests.push(request);
        return Promise.resolve({ status, headers: {}, body });
      },
    });
    const found = await readLock(api, "/Workspace/Shared/a b/state");
    assert.equal(found?.id, lock.ID);
    assert.equal(holderOf(found), "held by x since 2026-11-22 01:35:14.2 UTC");
    status = 404;
    assert.equal(await readLock(api, "/Workspace/Shared/a b/state"), undefined);
    const url = new URL(requests[0]?.url ?? "");
    assert.equal(url.pathname, "/api/2.0/workspace/export");
    assert.equal(url.searchParams.get("path"), "/Workspace/Shared/a b/state/deploy.lock");
    // Not the API's word.
    body = "<html>";
    await assert.rejects(readLock(api, "/x"), { code: "ENDPOINT_UNAVAILABLE" });
    status = 500;
    await assert.rejects(clock.running(readLock(api, "/x")), { code: "ENDPOINT_UNAVAILABLE" });
  });

  it("is one, whatever is in it", () => {
    for (const text of ["", "{", "null", "[]", '{"ID":7}'])
      assert.deepEqual(parseLock(text), {
        id: text.includes("7") ? "7" : "",
        user: "",
        acquired: "",
        isForced: false,
      });
  });

  it("that stays is told with its path and the exact command", () => {
    for (const [state, word] of [
      [
        "/Workspace/Users/a@b.c/.bundle/x/prod/state",
        "/Workspace/Users/a@b.c/.bundle/x/prod/state/deploy.lock",
      ],
      ["/Workspace/Shared/o'x y", String.raw`'/Workspace/Shared/o'\''x y/deploy.lock'`],
    ] as const) {
      const { message, details } = stillLocked("held by x", state);
      assert.ok(message.includes(`${state}/deploy.lock`));
      assert.equal(details.actual, "held by x");
      assert.ok(details.remedy?.endsWith(`:\ndatabricks workspace delete ${word}`), details.remedy);
    }
  });
});
