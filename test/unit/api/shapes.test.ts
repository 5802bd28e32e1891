import assert from "node:assert/strict";
import {
  APP,
  FEDERATION_POLICY,
  JOB,
  PERMISSIONS,
  SERVICE_PRINCIPAL,
  type CancelRun,
  type ExportFile,
  type GetJob,
  type ImportFile,
  type UpdatePermissions,
} from "../../../core/api/shapes.ts";

/** Each `@ts-expect-error` is an error of the compiler if the line below it is right. */
describe("the shapes of requests and answers", () => {
  const job = { job_id: 7, settings: { run_as: { service_principal_name: "sp" }, tasks: [1] } };

  it("read what the SDK declares", () => {
    assert.equal(JOB.text(job, "job_id"), "7");
    assert.equal(JOB.text(job, "settings", "run_as", "service_principal_name"), "sp");
    assert.deepEqual(JOB.list(job, "settings", "tasks"), [1]);
    assert.deepEqual(JOB.member(job, "settings", "run_as"), { service_principal_name: "sp" });
    assert.equal(PERMISSIONS.key("privilege_assignments"), "privilege_assignments");
  });

  it("refuse at compile time to read what it does not, at any depth", () => {
    // @ts-expect-error -- right would be: job_id
    assert.equal(JOB.text(job, "jobId"), "");
    // @ts-expect-error -- right would be: service_principal_name
    assert.equal(JOB.text(job, "settings", "run_as", "service_principal"), "");
    // @ts-expect-error -- right would be: oidc_policy
    assert.equal(FEDERATION_POLICY.text({}, "oidcPolicy", "issuer"), "");
    // @ts-expect-error -- SCIM writes names in camel case
    assert.equal(SERVICE_PRINCIPAL.text({}, "application_id"), "");
    // @ts-expect-error -- right would be: service_principal_client_id
    assert.equal(APP.text({}, "client_id"), "");
    // @ts-expect-error -- right would be: privilege_assignments
    assert.equal(PERMISSIONS.key("assignments"), "assignments");
  });

  it("refuse at compile time to send what it does not", () => {
    const right: readonly unknown[] = [
      { run_id: 7000000000000000001n } satisfies CancelRun,
      { job_id: "7" } satisfies GetJob,
      { path: "/a", format: "AUTO" } satisfies ExportFile,
      { changes: [{ principal: "sp", add: ["ACCESS"] }] } satisfies UpdatePermissions,
    ];
    const wrong: readonly unknown[] = [
      // @ts-expect-error -- the id is a number
      { run_id: "7" } satisfies CancelRun,
      // @ts-expect-error -- right would be: job_id
      { jobId: "7" } satisfies GetJob,
      // @ts-expect-error -- right would be: AUTO
      { path: "/a", format: "auto" } satisfies ExportFile,
      // @ts-expect-error -- the path is needed
      { content: "" } satisfies ImportFile,
      // @ts-expect-error -- no such privilege
      { changes: [{ principal: "sp", add: ["ACCES"] }] } satisfies UpdatePermissions,
    ];
    assert.deepEqual([right.length, wrong.length], [4, 5]);
  });
});
