import assert from "node:assert/strict";
import { DiagnosticsReader } from "../../../core/cli/diagnostics.ts";
import { heldLock, isLocked } from "../../../core/cli/deployment-lock.ts";
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
    let status = 200;
    let body = "{}";
    const api = connectDatabricks({
      host: "https://h",
      token: () => Promise.resolve("t"),
      clock,
      send: (request) => {
        requests.push(request);
        return Promise.resolve({ status, headers: {}, body });
      },
    });
    assert.equal(await isLocked(api, "/Workspace/Shared/a b/state"), true);
    status = 404;
    assert.equal(await isLocked(api, "/Workspace/Shared/a b/state"), false);
    const url = new URL(requests[0]?.url ?? "");
    assert.equal(url.pathname, "/api/2.0/workspace/get-status");
    assert.equal(url.searchParams.get("path"), "/Workspace/Shared/a b/state/deploy.lock");
    // Not the API's word.
    body = "<html>";
    await assert.rejects(isLocked(api, "/x"), { code: "ENDPOINT_UNAVAILABLE" });
    status = 500;
    await assert.rejects(clock.running(isLocked(api, "/x")), { code: "ENDPOINT_UNAVAILABLE" });
  });
});
