import { member, textAt } from "../../api/json.ts";
import type { compute, jobs } from "../../api/shapes.ts";
import {
  inert,
  unjudged,
  table,
  each,
  text,
  path,
  sourced,
  object,
  destination,
  remote,
  s3,
  config,
  dependency,
  library,
  shown,
  type Rule,
} from "./code-rules.ts";

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

/** Which code of what is installed runs. */
const chosen = text((value, at, seen) => {
  if (value.includes("{{")) seen.unproven(at, "is put together when the job runs");
});

/** Options of dbt that lead it to code elsewhere. Source: dbt's command line, global flags. */
const DBT_ELSEWHERE =
  /^--(?:project-dir|profiles-dir|packages-install-path|log-path|target-path|state|defer-state)(?:=|$)/;

const dbtCommand = text((value, at, seen) => {
  // As a shell reads words, whose quotes hide nothing.
  const [program, ...words] = value
    .replace(/["'\\]/g, "")
    .trim()
    .split(/\s+/);
  if (program !== "dbt") seen.unproven(at, "is no command of dbt");
  else if (value.includes("{{")) seen.unproven(at, "is put together when the job runs");
  else if (words.includes("deps")) seen.unproven(at, "dbt deps downloads packages that are not read");
  else if (words.some((word) => DBT_ELSEWHERE.test(word)))
    seen.unproven(at, "leads dbt to another folder than the task's own");
});

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
    commands: each(dbtCommand),
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
    entry_point: chosen,
    named_parameters: inert,
    package_name: chosen,
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
    main_class_name: chosen,
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
