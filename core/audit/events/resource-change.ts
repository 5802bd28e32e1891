import { given, outcomeFields, SEVERITY, type AuditEvent, type Outcome } from "./ocsf.ts";

/** One resource of the bundle, or its files, that a deployment, a run or a destruction created, changed or deleted. */
export interface ResourceChange {
  readonly change: "created" | "changed" | "deleted";
  /** `unknown`: the command failed, and nothing shows whether it came to this resource. */
  readonly outcome: Outcome | "unknown";
  /** As in the bundle: `jobs`, `pipelines`, `jobs.permissions`; `files` for what is uploaded. */
  readonly kind: string;
  /** As in the bundle: `jobs.nightly`, `jobs.nightly.permissions`; a folder for `files`. */
  readonly resource: string;
  /** The workspace's own ID, where it was read back. */
  readonly id?: string | undefined;
  /** Paths of the fields that a deployment changes. */
  readonly fields?: readonly string[];
  readonly bundle: string;
  readonly target: string;
  /** Name of the command. */
  readonly command: string;
}

const ACTIVITY = {
  created: { activity_id: 1, activity_name: "Create" },
  changed: { activity_id: 3, activity_name: "Update" },
  deleted: { activity_id: 4, activity_name: "Delete" },
} as const;

/** Entity Management 3004: a resource was created, changed or deleted. */
export function resourceChangeEvent(resource: ResourceChange): AuditEvent {
  const { change, outcome, kind, resource: name, id, fields = [] } = resource;
  const failed = outcome === "unknown" || !outcome.ok;
  return {
    event_code: "resource_change",
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    ...ACTIVITY[change],
    severity_id: failed ? SEVERITY.medium : SEVERITY.informational,
    ...(outcome === "unknown" ? { status_id: 0, status: "Unknown" } : outcomeFields(outcome)),
    message: `${resource.command}: ${name} ${failed ? `not known to be ${change}` : change}`,
    entity: { ...given("uid", id), name, type: kind, type_id: 99 },
    unmapped: {
      action: change,
      bundle: resource.bundle,
      bundle_target: resource.target,
      kind,
      ...given("resource_id", id),
      ...(fields.length > 0 && { fields }),
    },
  };
}
