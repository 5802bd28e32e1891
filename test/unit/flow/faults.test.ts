import assert from "node:assert/strict";
import { COURSES, judged, type FaultCase } from "../../full/fault-matrix.ts";

const [deploy] = COURSES;
const me = { system: "workspace", method: "GET", path: "/api/2.0/preview/scim/v2/Me" } as const;
const exchange = { system: "workspace", method: "POST", path: "/oidc/v1/token" } as const;
const discovery = { system: "workspace", method: "GET", path: "/.well-known/databricks-config" } as const;
const readBack = { system: "workspace", method: "GET", path: "/api/2.0/workspace/export" } as const;

/** A sample of what `npm run test:full` does with every request and every fault. */
const SAMPLE: readonly FaultCase[] = [
  { request: exchange, fault: "reset after the effect", times: 1 },
  { request: exchange, fault: "HTML with status 200", times: Infinity },
  { request: exchange, fault: "403 of an IP access list", times: Infinity },
  { request: exchange, fault: "an empty body", times: 1 },
  { request: me, fault: "429 with a date", times: 1 },
  { request: me, fault: "JSON of another kind", times: Infinity },
  { request: me, fault: "a redirect to another host", times: Infinity },
  { request: discovery, fault: "503 with seconds", times: 1 },
  { request: discovery, fault: "HTML with status 200", times: Infinity },
  { request: readBack, fault: "no answer", times: 1 },
  { request: readBack, fault: "an empty body", times: Infinity },
];

describe("a deployment under faults", function () {
  this.timeout(30_000);
  for (const one of SAMPLE) {
    const { request, fault, times } = one;
    it(`${request.method ?? ""} ${String(request.path)}: ${fault}, ${times === 1 ? "once" : "for ever"}`, async () => {
      assert.ok(deploy);
      const { verdict, what } = await judged(deploy, one);
      const passes = times === 1;
      assert.equal(verdict, passes ? "recovered" : "failed as wanted", what);
    });
  }
});
