/** A bundle with every kind of resource that the sandbox takes. The wheel is there already: nothing is built. */
export const WIDE_BUNDLE = {
  "databricks.yml": `
bundle:
  name: wide
artifacts:
  demo: { type: whl, path: ./pkg, build: "true" }
permissions:
  - { level: CAN_MANAGE, service_principal_name: "\${workspace.current_user.userName}" }
  - { level: CAN_VIEW, group_name: analysts }
resources:
  jobs:
    nightly:
      name: nightly
      schedule: { quartz_cron_expression: "0 0 2 * * ?", timezone_id: UTC }
      job_clusters:
        - job_cluster_key: main
          new_cluster: { spark_version: 15.4.x-scala2.12, node_type_id: i3.xlarge, num_workers: 1 }
      tasks:
        - task_key: note
          job_cluster_key: main
          notebook_task: { notebook_path: ./src/note.py }
        - task_key: wheel
          job_cluster_key: main
          depends_on: [{ task_key: note }]
          python_wheel_task: { package_name: demo, entry_point: main }
          libraries: [{ whl: ./pkg/dist/demo-0.1-py3-none-any.whl }]
        - task_key: spark
          job_cluster_key: main
          spark_python_task: { python_file: ./src/load.py }
        - task_key: flow
          pipeline_task: { pipeline_id: "\${resources.pipelines.flow.id}" }
    after:
      name: after
      run_as: { service_principal_name: c41d0f6a-7e25-4b9c-a8d3-50e6b2f7194e }
      permissions:
        - { level: CAN_MANAGE_RUN, group_name: operators }
      tasks:
        - task_key: again
          run_job_task: { job_id: "\${resources.jobs.nightly.id}" }
  pipelines:
    flow:
      name: flow
      catalog: main
      schema: \${resources.schemas.orders.name}
      serverless: true
      libraries: [{ file: { path: ./src/flow.sql } }]
  schemas:
    orders:
      catalog_name: main
      name: orders
      grants:
        - { principal: analysts, privileges: [USE_SCHEMA, SELECT] }
  volumes:
    landing: { catalog_name: main, schema_name: "\${resources.schemas.orders.name}", name: landing, volume_type: MANAGED }
  dashboards:
    sales: { display_name: Sales, file_path: ./src/sales.lvdash.json, warehouse_id: 0a1b2c3d4e5f6789 }
targets:
  prod:
    mode: production
    default: true
    workspace:
      root_path: /Workspace/Users/\${workspace.current_user.userName}/.bundle/\${bundle.name}/\${bundle.target}
`,
  "pkg/dist/demo-0.1-py3-none-any.whl": "the sandbox runs no code",
  "src/note.py": "# Databricks notebook source\nprint(1)\n",
  "src/load.py": "print(2)\n",
  "src/flow.sql": "CREATE OR REFRESH STREAMING TABLE t AS SELECT 1;\n",
  "src/sales.lvdash.json": '{"pages":[{"name":"p","displayName":"Sales"}],"datasets":[]}\n',
} as const;
