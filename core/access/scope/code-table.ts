import { posix } from "node:path";
import { withoutBidi } from "../../base/quote.ts";
import { redact } from "../../base/redact.ts";
import { isObject, member, textAt, type Json, type JsonObject } from "../../api/json.ts";
import type { compute, jobs } from "../../api/shapes.ts";

/** Told of everything in a job's settings that decides what code runs. `at` is the path of the member: `tasks[0].…`. */
export interface Sightings {
  /** Whether relative paths are paths in the job's Git source. */
  readonly git: boolean;
  /** A path of code: in the workspace, in a volume, by a URI. */
  path(path: string, at: string): void;
  /** Something with permissions of its own; `type` as in the Permissions API. */
  object(type: string, id: string, at: string): void;
  /** True of the job, and no hole in the list of those who may change it. */
  note(text: string): void;
  /** Who may change it is not known. */
  unproven(at: string, why: string): void;
}

type Rule = (value: Json, at: string, seen: Sightings, parent: JsonObject) => void;

/** A value as it may be shown: the address of a package index or a repository may hold a password. */
const shown = (value: string): string => withoutBidi(redact(value.replace(/\/\/[^/@\s]*@/g, "//")));

/** Decides nothing about what code runs, whatever it holds. */
const inert: Rule = () => undefined;

const unjudged =
  (why: string): Rule =>
  (_value, at, seen) => {
    seen.unproven(at, why);
  };

/** An object of which every member is in the table; any other is unproven. The SDK's type makes the table whole. */
function table<T>(rules: { readonly [K in keyof Required<T>]: Rule }): Rule {
  const known = new Map<string, Rule>(Object.entries<Rule>(rules));
  return (value, at, seen) => {
    if (!isObject(value)) {
      seen.unproven(at, "is not an object");
      return;
    }
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined || member === null || member === "") continue;
      const place = at === "" ? key : `${at}.${key}`;
      const rule = known.get(key);
      if (rule === undefined) seen.unproven(place, "is no member that this version can judge");
      else rule(member, place, seen, value);
    }
  };
}

const each =
  (rule: Rule): Rule =>
  (value, at, seen, parent) => {
    if (!Array.isArray(value)) seen.unproven(at, "is not a list");
    else
      for (const [index, item] of (value as readonly Json[]).entries())
        rule(item, `${at}[${index}]`, seen, parent);
  };

const text =
  (use: (value: string, at: string, seen: Sightings, parent: JsonObject) => void): Rule =>
  (value, at, seen, parent) => {
    if (typeof value === "string" || typeof value === "number") use(String(value), at, seen, parent);
    else seen.unproven(at, "is not a text");
  };

const path = text((value, at, seen) => {
  seen.path(value, at);
});

/** A path that the task's `source` may place in the Git source. Absent: GIT if the job has one, else WORKSPACE. */
const sourced = text((value, at, seen, parent) => {
  const source = textAt(parent, "source") || (seen.git ? "GIT" : "WORKSPACE");
  const inside = !/^(?:\/|\.\.(?:\/|$)|[a-z][\w+.-]*:)/i.test(posix.normalize(value));
  if (source === "GIT" && seen.git && inside) return;
  seen.path(value, at);
});

const object = (type: string): Rule =>
  text((value, at, seen) => {
    seen.object(type, value, at);
  });

const destination = table<{ destination: string }>({ destination: path });
const remote = unjudged("a cloud path: who may write there is not readable");

const s3: Rule = table<{ destination: string; region: string }>({ destination: remote, region: inert });

/** A value without a slash, a colon or braces names no place that code could come from. */
const HARMLESS = /^[\w.@+\-*[\], =%]*$/;
/** What interpreters and package managers read of themselves. */
const INTERPRETERS =
  /^(?:PYTHON|PIP_|UV_|LD_|JAVA|JDK_|_JAVA|SPARK_|PYSPARK|R_|PATH$|HOME$|BASH|ENV$|GIT_|CONDA|NODE_)/i;
const SECRET = /^\{\{secrets\/[^/{}]+\/[^/{}]+\}\}$/;
const config: Rule = (value, at, seen) => {
  for (const [name, one] of Object.entries(isObject(value) ? value : {})) {
    const harmless = typeof one === "number" || typeof one === "boolean" || SECRET.test(String(one));
    if (INTERPRETERS.test(name) || !(harmless || HARMLESS.test(typeof one === "string" ? one : "/")))
      seen.unproven(`${at}.${name}`, "may name a place that code comes from");
  }
};

const fixed = (value: string): boolean =>
  /^[A-Za-z0-9][\w.-]*(?:\[[\w, .-]*\])?\s*==\s*[\w.!+-]+$/.test(value.trim());
const published = (value: string, at: string, seen: Sightings): void => {
  if (fixed(value)) seen.note(`${shown(value)}: its publishers chose what the job runs`);
  else seen.unproven(at, "is not fixed to one version of the public package index");
};

/** A line of pip's requirements, as serverless environments take them. */
const dependency = text((line, at, seen) => {
  const value = line.trim();
  const requirements = /^(?:-r|--requirement)[ =]+(\S+)$/.exec(value)?.[1];
  if (requirements !== undefined) {
    seen.path(requirements, at);
    seen.unproven(at, "the packages that the file names are not read");
  } else if (/^(?:[./]|[a-z][\w+.-]*:)/i.test(value)) seen.path(value, at);
  else published(value, at, seen);
});

const pypi = table<compute.PythonPyPiLibrary>({
  package: text(published),
  repo: unjudged("a package index of its own: who publishes there is not readable"),
});
const maven = table<compute.MavenLibrary>({
  coordinates: text((value, _at, seen) => {
    seen.note(`${shown(value)}: its publishers chose what the job runs`);
  }),
  exclusions: inert,
  repo: unjudged("a repository of its own: who publishes there is not readable"),
});
const library = table<compute.Library>({
  jar: path,
  egg: path,
  whl: path,
  requirements: (value, at, seen, parent) => {
    path(value, at, seen, parent);
    seen.unproven(at, "the packages that it names are not read");
  },
  pypi,
  maven,
  cran: unjudged("a CRAN package has no fixed version"),
});

const dockerImage = table<compute.DockerImage>({
  url: text((value, at, seen) => {
    if (/@sha256:[0-9a-f]{64}$/.test(value)) seen.note(`${shown(value)} is fixed by its digest`);
    else seen.unproven(at, "whoever may push the image changes what the job runs; fix it by its digest");
  }),
  basic_auth: inert,
});

const initScript = table<compute.InitScriptInfo>({
  workspace: destination,
  volumes: destination,
  file: destination,
  dbfs: destination,
  abfss: remote,
  gcs: remote,
  s3,
});

const CLUSTER_FIELDS = {
  apply_policy_default_values: inert,
  autoscale: inert,
  autotermination_minutes: inert,
  aws_attributes: inert,
  azure_attributes: inert,
  cluster_log_conf: inert,
  cluster_name: inert,
  custom_tags: inert,
  // Judged with the compute.
  data_security_mode: inert,
  docker_image: dockerImage,
  driver_instance_pool_id: object("instance-pools"),
  driver_node_type_id: inert,
  enable_elastic_disk: inert,
  enable_local_disk_encryption: inert,
  gcp_attributes: inert,
  init_scripts: each(initScript),
  instance_pool_id: object("instance-pools"),
  is_single_node: inert,
  kind: inert,
  node_type_id: inert,
  num_workers: inert,
  policy_id: object("cluster-policies"),
  remote_disk_throughput: inert,
  runtime_engine: inert,
  single_user_name: inert,
  spark_conf: config,
  spark_env_vars: config,
  spark_version: inert,
  ssh_public_keys: unjudged("whoever holds such a key signs in to the cluster"),
  total_initial_remote_disk_size: inert,
  use_ml_runtime: inert,
  workload_type: inert,
} satisfies { readonly [K in keyof Required<compute.ClusterSpec>]: Rule };

const newCluster = table<compute.ClusterSpec>(CLUSTER_FIELDS);

/** An answer of clusters/get: the same, and what the cluster is at the moment. */
export const existingCluster = table<compute.ClusterDetails>({
  ...CLUSTER_FIELDS,
  cluster_cores: inert,
  cluster_id: inert,
  cluster_log_status: inert,
  cluster_memory_mb: inert,
  cluster_source: inert,
  creator_user_name: inert,
  default_tags: inert,
  driver: inert,
  executors: inert,
  jdbc_port: inert,
  last_restarted_time: inert,
  last_state_loss_time: inert,
  spark_context_id: inert,
  spec: newCluster,
  start_time: inert,
  state: inert,
  state_message: inert,
  terminated_time: inert,
  termination_reason: inert,
});
export const libraries = each(library);

const elsewhere = (what: string): Rule =>
  text((value, _at, seen) => {
    seen.note(`${what} ${shown(value)} runs as its own identity, with none of this access`);
  });
const outside = unjudged("what it runs is not decided in this workspace's jobs");

const subscribers = { pause_subscriptions: inert, subscriptions: inert };

const forEach: Rule = (value, at, seen, parent) => {
  // A task in a task; the table of tasks is made below.
  table<jobs.ForEachTask>({ concurrency: inert, inputs: inert, task })(value, at, seen, parent);
};

const task: Rule = table<jobs.Task>({
  clean_rooms_notebook_task: outside,
  condition_task: inert,
  dashboard_task: outside,
  dbt_cloud_task: outside,
  dbt_platform_task: outside,
  dbt_task: table<jobs.DbtTask>({
    catalog: inert,
    commands: each(
      text((value, at, seen) => {
        if (/^dbt\s+(?:--?[\w-]+\s+)*deps\b/.test(value.trim()))
          seen.unproven(at, "dbt deps downloads packages that are not read");
      }),
    ),
    profiles_directory: sourced,
    project_directory: sourced,
    schema: inert,
    source: inert,
    warehouse_id: inert,
  }),
  depends_on: inert,
  description: inert,
  disable_auto_optimization: inert,
  disabled: inert,
  email_notifications: inert,
  environment_key: inert,
  existing_cluster_id: object("clusters"),
  for_each_task: forEach,
  gen_ai_compute_task: outside,
  health: inert,
  job_cluster_key: inert,
  libraries,
  max_retries: inert,
  min_retry_interval_millis: inert,
  new_cluster: newCluster,
  notebook_task: table<jobs.NotebookTask>({
    base_parameters: inert,
    notebook_path: sourced,
    source: inert,
    warehouse_id: inert,
  }),
  notification_settings: inert,
  pipeline_task: table<jobs.PipelineTask>({ full_refresh: inert, pipeline_id: elsewhere("pipeline") }),
  power_bi_task: outside,
  python_wheel_task: table<jobs.PythonWheelTask>({
    entry_point: inert,
    named_parameters: inert,
    package_name: inert,
    parameters: inert,
  }),
  retry_on_timeout: inert,
  run_if: inert,
  run_job_task: table<jobs.RunJobTask>({
    dbt_commands: inert,
    jar_params: inert,
    job_id: elsewhere("job"),
    job_parameters: inert,
    notebook_params: inert,
    pipeline_params: inert,
    python_named_params: inert,
    python_params: inert,
    spark_submit_params: inert,
    sql_params: inert,
  }),
  spark_jar_task: table<jobs.SparkJarTask>({
    jar_uri: path,
    main_class_name: inert,
    parameters: inert,
    run_as_repl: inert,
  }),
  spark_python_task: table<jobs.SparkPythonTask>({ parameters: inert, python_file: sourced, source: inert }),
  spark_submit_task: unjudged("its parameters name code in forms that are not judged"),
  sql_task: table<jobs.SqlTask>({
    alert: table<jobs.SqlTaskAlert>({ alert_id: object("alerts"), ...subscribers }),
    dashboard: table<jobs.SqlTaskDashboard>({
      custom_subject: inert,
      dashboard_id: object("dbsql-dashboards"),
      ...subscribers,
    }),
    file: table<jobs.SqlTaskFile>({ path: sourced, source: inert }),
    parameters: inert,
    query: table<jobs.SqlTaskQuery>({ query_id: object("queries") }),
    warehouse_id: inert,
  }),
  task_key: inert,
  timeout_seconds: inert,
  webhook_notifications: inert,
});

const gitSource: Rule = (value, at, seen) => {
  const commit = textAt(value, "git_commit");
  const ref = textAt(value, "git_branch") || textAt(value, "git_tag");
  const who =
    commit === ""
      ? `whoever may push to ${ref || "its branch"} changes what the job runs`
      : `fixed to commit ${commit}`;
  seen.note(`code comes from ${shown(textAt(value, "git_url"))}: ${who}`);
  if (member(value, "job_source") !== undefined)
    seen.unproven(`${at}.job_source`, "the job's settings come from the Git source, too");
};

/** Every member of a job's settings, as the Jobs API has them. */
export const jobSettings = table<jobs.JobSettings>({
  budget_policy_id: inert,
  continuous: inert,
  deployment: inert,
  description: inert,
  edit_mode: inert,
  email_notifications: inert,
  environments: each(
    table<jobs.JobEnvironment>({
      environment_key: inert,
      spec: table<compute.Environment>({
        client: inert,
        dependencies: each(dependency),
        environment_version: inert,
        java_dependencies: each(
          text((value, at, seen) => {
            if (/^[/.]|^[a-z][\w+.-]*:\//i.test(value)) seen.path(value, at);
            else seen.note(`${shown(value)}: its publishers chose what the job runs`);
          }),
        ),
      }),
    }),
  ),
  format: inert,
  git_source: gitSource,
  health: inert,
  job_clusters: each(table<jobs.JobCluster>({ job_cluster_key: inert, new_cluster: newCluster })),
  max_concurrent_runs: inert,
  name: inert,
  notification_settings: inert,
  parameters: inert,
  performance_target: inert,
  queue: inert,
  // Judged with the principal.
  run_as: inert,
  schedule: inert,
  tags: inert,
  tasks: each(task),
  timeout_seconds: inert,
  trigger: inert,
  usage_policy_id: inert,
  webhook_notifications: inert,
});
