/**
 * The shapes of Databricks' requests and answers, as its SDK declares them. Types alone: nothing of that package is run or
 * bundled, its transport least of all. They check names at compile time; answers are still read as what they are.
 */
import type { App } from "@databricks/sdk-experimental/dist/apis/apps/model.js";
import type * as catalog from "@databricks/sdk-experimental/dist/apis/catalog/model.js";
import type * as compute from "@databricks/sdk-experimental/dist/apis/compute/model.js";
import type { Dashboard } from "@databricks/sdk-experimental/dist/apis/dashboards/model.js";
import type * as iam from "@databricks/sdk-experimental/dist/apis/iam/model.js";
import type * as jobs from "@databricks/sdk-experimental/dist/apis/jobs/model.js";
import type * as oauth2 from "@databricks/sdk-experimental/dist/apis/oauth2/model.js";
import type * as pipelines from "@databricks/sdk-experimental/dist/apis/pipelines/model.js";
import type * as provisioning from "@databricks/sdk-experimental/dist/apis/provisioning/model.js";
import type * as serving from "@databricks/sdk-experimental/dist/apis/serving/model.js";
import type * as settings from "@databricks/sdk-experimental/dist/apis/settings/model.js";
import type * as workspace from "@databricks/sdk-experimental/dist/apis/workspace/model.js";
import { listAt, member, textAt, type Json } from "./json.ts";

type Key<T> = keyof NonNullable<T> & string;
type Value<T, K extends Key<T>> = NonNullable<NonNullable<T>[K]>;
type Path<T, A extends Key<T>, B extends Key<Value<T, A>>, C extends Key<Value<Value<T, A>, B>>> =
  readonly [A] | readonly [A, B] | readonly [A, B, C];

/** The accessors of core/api/json.ts for members that `T` has. */
export interface Shape<T> {
  member<A extends Key<T>, B extends Key<Value<T, A>>, C extends Key<Value<Value<T, A>, B>>>(
    value: Json | undefined,
    ...path: Path<T, A, B, C>
  ): Json | undefined;
  text<A extends Key<T>, B extends Key<Value<T, A>>, C extends Key<Value<Value<T, A>, B>>>(
    value: Json | undefined,
    ...path: Path<T, A, B, C>
  ): string;
  list<A extends Key<T>, B extends Key<Value<T, A>>, C extends Key<Value<Value<T, A>, B>>>(
    value: Json | undefined,
    ...path: Path<T, A, B, C>
  ): readonly Json[];
  /** The name itself, as the field of a listing. */
  key<A extends Key<T>>(name: A): A;
}

function shape<T>(): Shape<T> {
  return { member, text: textAt, list: listAt, key: (name) => name };
}

/** Query parameters by the SDK's request; numbers are sent as their digits. */
export type Query<T> = { readonly [K in keyof T]?: NonNullable<T[K]> extends string ? T[K] : string };

/** A body by the SDK's request; integers may be bigint, which keeps ids beyond 2^53 exact. */
export type Body<T> = { readonly [K in keyof T]: NonNullable<T[K]> extends number ? T[K] | bigint : T[K] };

export const JOB = shape<jobs.Job>();
export const JOB_SETTINGS = shape<jobs.JobSettings>();
export const JOBS = shape<jobs.ListJobsResponse>();
export type GetJob = Query<jobs.GetJobRequest>;
export type ListJobs = Query<jobs.ListJobsRequest>;
export type DeleteJob = Body<jobs.DeleteJob>;
export const JOB_RUNS = shape<jobs.ListRunsResponse>();
export type ListRuns = Query<jobs.ListRunsRequest>;
export type CancelRun = Body<jobs.CancelRun>;
export const RUN = shape<jobs.Run>();
export const RUN_TASK = shape<jobs.RunTask>();
export const RUN_OUTPUT = shape<jobs.RunOutput>();
export type GetRunOutput = Query<jobs.GetRunOutputRequest>;

/** Objects whose every member is judged by a table; a table of them names each member that the SDK has. */
export type { compute, jobs };
export const TASK = shape<jobs.Task>();
export const JOB_CLUSTER = shape<jobs.JobCluster>();
export const CLUSTER = shape<compute.ClusterDetails>();
export const LIBRARY_STATUSES = shape<compute.ClusterLibraryStatuses>();
export const LIBRARY_STATUS = shape<compute.LibraryFullStatus>();
export type GetCluster = Query<compute.GetClusterRequest>;

export const PIPELINE = shape<pipelines.PipelineStateInfo>();
export const PIPELINE_UPDATES = shape<pipelines.ListUpdatesResponse>();
export const PIPELINE_EVENTS = shape<pipelines.ListPipelineEventsResponse>();
export const PIPELINE_EVENT = shape<pipelines.PipelineEvent>();
export const PIPELINES = shape<pipelines.ListPipelinesResponse>();
export const APP = shape<App>();
export const DASHBOARD = shape<Dashboard>();
export const ENDPOINT = shape<serving.ServingEndpoint>();

export const CREDENTIAL = shape<catalog.CredentialInfo>();
export const CREDENTIALS = shape<catalog.ListCredentialsResponse>();
export const AZURE_IDENTITY = shape<catalog.AzureManagedIdentity>();
export const CONNECTION = shape<catalog.ConnectionInfo>();
export const VOLUME = shape<catalog.VolumeInfo>();
export const METASTORE = shape<catalog.GetMetastoreSummaryResponse>();
export const PERMISSIONS = shape<catalog.GetPermissionsResponse>();
export const GRANT = shape<catalog.PrivilegeAssignment>();
export const EFFECTIVE_PRIVILEGE = shape<catalog.EffectivePrivilege>();
export const BINDINGS = shape<catalog.GetWorkspaceBindingsResponse>();
export const BINDING = shape<catalog.WorkspaceBinding>();
/** The rest of `UpdatePermissions` is in the path. */
export type UpdatePermissions = Body<Pick<catalog.UpdatePermissions, "changes">>;

/** SCIM's Me of a service principal is one, and has a user name besides. */
export const ME = shape<iam.User & Pick<iam.ServicePrincipal, "applicationId">>();
export const SERVICE_PRINCIPALS = shape<iam.ListServicePrincipalResponse>();
export const SERVICE_PRINCIPAL = shape<iam.ServicePrincipal>();
export const GROUP = shape<iam.ComplexValue>();
export const GROUPS = shape<iam.ListGroupsResponse>();
export const GROUP_RESOURCE = shape<iam.Group>();
export const RULE_SET = shape<iam.RuleSetResponse>();
export const GRANT_RULE = shape<iam.GrantRule>();
export const OBJECT_PERMISSIONS = shape<iam.ObjectPermissions>();
export const ACCESS_CONTROL = shape<iam.AccessControlResponse>();
export const PERMISSION = shape<iam.Permission>();

/** A workspace as its account lists it. */
export const OTHER_WORKSPACE = shape<provisioning.Workspace>();
export const WORKSPACE_ASSIGNMENTS = shape<iam.PermissionAssignments>();
export const WORKSPACE_ASSIGNMENT = shape<iam.PermissionAssignment>();

export const SECRETS = shape<oauth2.ListServicePrincipalSecretsResponse>();
export const SECRET = shape<oauth2.SecretInfo>();
export const FEDERATION_POLICIES = shape<oauth2.ListFederationPoliciesResponse>();
export const FEDERATION_POLICY = shape<oauth2.FederationPolicy>();

export const TOKENS = shape<settings.ListTokensResponse>();
export const TOKEN = shape<settings.TokenInfo>();
export const ADMIN_SETTING = shape<settings.RestrictWorkspaceAdminsSetting>();

export const OBJECT = shape<workspace.ObjectInfo>();
export const EXPORTED = shape<workspace.ExportResponse>();
export type ExportFile = Query<workspace.ExportRequest>;
export type GetStatus = Query<workspace.GetStatusRequest>;
export type ImportFile = Body<workspace.Import>;
export type DeleteFile = Body<workspace.Delete>;
export type Mkdirs = Body<workspace.Mkdirs>;
