import assert from "node:assert/strict";
import { SecretlessError } from "../../../../core/base/errors.ts";
import type { ServiceConnection } from "../../../../core/ci/ci.ts";
import { parseInputs, type Inputs } from "../../../../core/ci/inputs/inputs.ts";
import { type InputName } from "../../../../core/ci/inputs/table.ts";
import { FakeCi } from "../../support/fake-ci.ts";

const HOST = "https://adb-1.2.azuredatabricks.net";
const CLIENT = "5f8a6d3c-91b2-4e07-8c4d-6a1f0b9e2d75";
const TENANT = "6f2c8a15-d3b4-4e97-a0c6-91b7e5d8f243";
const CONNECTION: ServiceConnection = { clientId: "9d4e7b02-6a1c-4f85-b3d9-c82f5a07e164", tenantId: TENANT };

function parse(
  inputs: Partial<Record<InputName, string>>,
  connection?: ServiceConnection | SecretlessError,
): Inputs {
  const ci = new FakeCi({ host: HOST, ...inputs });
  if (connection instanceof SecretlessError) {
    ci.connection = () => {
      throw connection;
    };
  } else ci.chosenConnection = connection;
  return parseInputs(ci);
}

function mistakes(
  inputs: Partial<Record<InputName, string>>,
  connection?: ServiceConnection | SecretlessError,
): string[] {
  try {
    parse(inputs, connection);
  } catch (error) {
    if (error instanceof SecretlessError && error.code === "INPUT_INVALID")
      return error.mistakes.map(({ problem }) => problem);
    throw error;
  }
  return [];
}

describe("who exchanges the ID token", () => {
  const identity = ({ exchange, clientId, tenantId }: Inputs) => [exchange.name, clientId, tenantId];

  it("is Databricks unless said otherwise", () => {
    assert.deepEqual(identity(parse({ "client-id": CLIENT })), ["databricks", CLIENT, undefined]);
    const entra = { "client-id": CLIENT, exchange: "entra", "tenant-id": TENANT };
    assert.deepEqual(identity(parse(entra)), ["entra", CLIENT, TENANT]);
  });

  it("is Entra ID with a connection, as the connection's identity", () => {
    assert.deepEqual(identity(parse({}, CONNECTION)), ["entra", CONNECTION.clientId, TENANT]);
    assert.deepEqual(identity(parse({ exchange: "databricks" }, CONNECTION)), [
      "databricks",
      CONNECTION.clientId,
      TENANT,
    ]);
    assert.deepEqual(identity(parse({ "client-id": CLIENT }, CONNECTION)), ["entra", CLIENT, TENANT]);
  });

  it("must be complete", () => {
    assert.deepEqual(mistakes({}), ["Input `client-id` is missing."]);
    assert.deepEqual(mistakes({ "client-id": CLIENT, exchange: "entra" }), ["Input `tenant-id` is missing."]);
    assert.deepEqual(mistakes({ "client-id": CLIENT, exchange: "azure" }), [
      "Input `exchange` cannot be used.",
    ]);
    assert.deepEqual(mistakes({ exchange: "entra", "tenant-id": "not a tenant" }), [
      "Input `client-id` is missing.",
      "Input `tenant-id` cannot be used.",
    ]);
    assert.deepEqual(mistakes({}, { clientId: "", tenantId: "" }), [
      "Input `client-id` is missing.",
      "Input `tenant-id` is missing.",
    ]);
  });

  it("is told with the other mistakes if the connection cannot be used", () => {
    const error = new SecretlessError("CONNECTION_NOT_FEDERATED", {
      problem: "The connection keeps a secret.",
    });
    assert.throws(() => parse({}, error), error);
    assert.deepEqual(mistakes({ timeout: "long" }, error), [
      "Input `timeout` cannot be used.",
      "The connection keeps a secret.",
    ]);
    assert.throws(() => parse({}, new SecretlessError("INTERNAL", { problem: "x" })), { code: "INTERNAL" });
  });
});
