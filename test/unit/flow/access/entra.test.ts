import assert from "node:assert/strict";
import { SecretlessError } from "../../../../core/base/errors.ts";
import { ENTRA_CLOUDS } from "../../../../core/federation/clouds.ts";
import { azureHosts } from "../../../../core/flow/access/entra.ts";

const [PUBLIC, GOVERNMENT] = ENTRA_CLOUDS;
assert.ok(PUBLIC && GOVERNMENT);
const { graph, arm } = PUBLIC;

describe("where Microsoft Graph and Azure Resource Manager are", () => {
  it("is the cloud's own, another known one, or this machine", () => {
    assert.deepEqual(azureHosts(PUBLIC, {}), { graph, arm });
    assert.deepEqual(azureHosts(PUBLIC, { GRAPH_ENDPOINT: " ", ARM_ENDPOINT: `${GOVERNMENT.arm}/` }), {
      graph,
      arm: GOVERNMENT.arm,
    });
    const local = "http://127.0.0.1:7071";
    assert.deepEqual(azureHosts(PUBLIC, { GRAPH_ENDPOINT: local }), { graph: local, arm });
  });

  for (const [variable, value] of [
    ["GRAPH_ENDPOINT", "https://graph.microsoft.com.example.com"],
    ["GRAPH_ENDPOINT", "https://management.azure.com"],
    ["ARM_ENDPOINT", "http://management.azure.com"],
    ["ARM_ENDPOINT", "elsewhere"],
  ] as const)
    it(`is never ${value} for ${variable}`, () => {
      const isRefused = (error: unknown): boolean =>
        error instanceof SecretlessError &&
        error.code === "ENDPOINT_NOT_TRUSTED" &&
        error.message.includes(variable);
      assert.throws(() => azureHosts(PUBLIC, { [variable]: value }), isRefused);
    });
});
