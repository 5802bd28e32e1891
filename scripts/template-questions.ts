/** What `databricks bundle init` asks: the properties of both template schemas, in the order in which they are asked. */

/** The part of JSON Schema that bundle templates know. https://docs.databricks.com/dev-tools/bundles/templates */
export interface Property {
  readonly type: "string";
  readonly description: string;
  readonly default?: string;
  readonly enum?: readonly string[];
  /** RE2. */
  readonly pattern?: string;
  readonly pattern_match_failure_message?: string;
  /** A schema of the answers so far: if it holds, nothing is asked and the default counts. */
  readonly skip_prompt_if?: object;
}

/** The two templates: a new project, and CI for a bundle that is there. */
export type Form = "bundle" | "ci";
type Answered = Readonly<Record<string, string>>;

const is = (answers: Answered): object => ({
  properties: Object.fromEntries(Object.entries(answers).map(([name, value]) => [name, { const: value }])),
});
const never = (): object => ({});

/** A value that nobody is asked for, and that no file of answers changes (the preamble sees to those made of others). */
const constant = (value: string, description: string): Property => ({
  type: "string",
  default: value,
  description,
  ...(value.includes("{{") ? {} : { enum: [value] }),
  skip_prompt_if: never(),
});

interface TextRules {
  readonly pattern: string;
  /** What is wanted, with one that is good. */
  readonly wanted: string;
  readonly default?: string;
  readonly skip?: object;
}

/** A question that takes text; whatever does not match is refused with a good example. */
function text(description: string, { pattern, wanted, skip, ...more }: TextRules): Property {
  return {
    type: "string",
    description,
    // Where the question is skipped its default is empty, so it must match, too.
    pattern: skip === undefined || more.default !== undefined ? `^(?:${pattern})$` : `^(?:${pattern})?$`,
    pattern_match_failure_message: `Wanted: ${wanted}`,
    ...(skip === undefined ? {} : { default: "", skip_prompt_if: skip }),
    ...more,
  };
}

const choice = (
  description: string,
  values: readonly string[],
  more: { readonly default?: string; readonly skip?: object } = {},
): Property => ({
  type: "string",
  description,
  enum: values,
  default: more.default ?? values[0] ?? "",
  ...(more.skip === undefined ? {} : { skip_prompt_if: more.skip }),
});

const UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
const HOST = String.raw`https://[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+`;
/** The name of a GitHub repository; one dot and two are folders. */
const REPOSITORY = String.raw`\.?[A-Za-z0-9_-][A-Za-z0-9_.-]{0,98}`;
/** The name of a branch that no shell or subject reads otherwise; no part of it begins with a dot or ends in one. */
const BRANCH = String.raw`[A-Za-z0-9][A-Za-z0-9_-]*(?:[./][A-Za-z0-9_-]+)*`;

const principal = (what: string, example: string, skip?: object): Property =>
  text(`Application ID of the service principal that ${what}`, {
    pattern: UUID,
    wanted: `an application ID (UUID), such as ${example}. Create one: databricks account service-principals create --display-name <name>`,
    ...(skip === undefined ? {} : { skip }),
  });
const host = (what: string): Property =>
  text(`URL of the workspace for ${what}`, {
    pattern: HOST,
    wanted:
      "the https URL as in the browser's address bar, in small letters and without what follows the host, such as https://adb-1234567890123456.7.azuredatabricks.net",
  });
const branch = (description: string, name: string, skip?: object): Property =>
  text(description, {
    pattern: BRANCH,
    wanted: `the name of a branch of letters, digits, hyphens, underscores, and single dots or slashes inside, such as ${name}`,
    default: name,
    ...(skip === undefined ? {} : { skip }),
  });
const target = (what: string, name: string): Property =>
  text(`Target of the bundle for ${what}`, {
    pattern: "[a-z][a-z0-9_-]{0,40}",
    wanted: `the key of a target in databricks.yml, of small letters, digits, hyphens and underscores, such as ${name}`,
    default: name,
  });

const noGitHub = is({ ci_platform: "azure_devops" });
const noAzure = is({ ci_platform: "github_actions" });

/** All questions of one template. */
export function questions(form: Form): Readonly<Record<string, Property>> {
  const fresh = form === "bundle";
  const only = (asked: Property, otherwise: Property): Property => (fresh ? asked : otherwise);
  const none = constant("", "Not asked: the bundle that is there has it.");
  return {
    form: constant(form, "Which of the two templates this is."),
    project_name: text(
      fresh ? "Name of the project: its folder, its bundle and its pipelines" : "Name of the pipelines",
      {
        pattern: "[a-z][a-z0-9_]{1,39}",
        wanted: "small letters, digits and underscores, at most 40, such as lake_orders",
        default: "lake_orders",
      },
    ),
    folder: constant(fresh ? "{{.project_name}}" : ".", "Where the repository begins."),
    bundle_root: only(
      constant(".", "Folder of databricks.yml in the repository."),
      text("Folder of databricks.yml, seen from the root of the repository", {
        pattern: String.raw`\.|[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*`,
        wanted: "a path with slashes inside the repository, such as bundles/orders, or . for the root",
        default: ".",
      }),
    ),
    setup_file: constant(fresh ? "SETUP.md" : "SECRETLESS.md", "The page that says what has to exist."),
    bundle_folder: constant(fresh ? "{{.project_name}}" : "{{.bundle_root}}", "Where the bundle is."),
    cloud: choice("Cloud of the workspaces", ["azure", "aws", "gcp"]),
    ci_platform: choice("What deploys", ["github_actions", "azure_devops", "both"]),
    language: choice(
      fresh
        ? "What the sample job is written in: a Python notebook with a wheel, or SQL on a warehouse"
        : "What is built before a deployment: a Python wheel (python), or nothing (sql)",
      ["python", "sql"],
    ),
    external_access: only(
      choice("What the sample job may reach outside the workspace", ["none", "unity_catalog_credential"], {
        skip: is({ language: "sql" }),
      }),
      constant("none", "Not asked: access.yml of the bundle says it."),
    ),
    service_credential: only(
      text("Name of the Unity Catalog service credential, without the target that is appended to it", {
        pattern: "[A-Za-z][A-Za-z0-9_-]{0,99}",
        wanted:
          "letters, digits, hyphens and underscores, such as lake_orders for the credentials lake_orders_staging and lake_orders_prod",
        default: "{{.project_name}}",
        skip: is({ external_access: "none" }),
      }),
      none,
    ),
    account_id: text("ID of the Databricks account", {
      pattern: UUID,
      wanted:
        "the UUID that the account console shows in the menu of the user, such as 8a6c1f0e-3b7d-4c52-9f10-2d4be7c85a31",
    }),
    staging_target: only(
      constant("staging", "Target of the bundle for staging."),
      target("staging", "staging"),
    ),
    prod_target: only(constant("prod", "Target of the bundle for production."), target("production", "prod")),
    staging_host: host("staging (and development)"),
    prod_host: host("production"),
    planner: principal("plans pull requests and can only read", "2b7e41d9-0c6f-4a83-b5e2-f93d18a7c604"),
    staging_deployer: principal("deploys to staging", "70d2c5be-94f1-4d0a-8b36-1f5e9a27c843"),
    prod_deployer: principal("deploys to production", "5f8a6d3c-91b2-4e07-8c4d-6a1f0b9e2d75"),
    staging_job_principal: only(
      principal("the job runs as in staging", "b1c9e7f4-2d58-4a06-9e73-60f8d4a5c21b"),
      none,
    ),
    prod_job_principal: only(
      principal("the job runs as in production", "c41d0f6a-7e25-4b9c-a8d3-50e6b2f7194e"),
      none,
    ),
    registrar: only(
      principal(
        "grants what access.yml declares",
        "9d1c7a52-0b34-4e8f-a6d5-2c7e8f901b63",
        is({ external_access: "none" }),
      ),
      none,
    ),
    ...warehouses(fresh),
    main_branch: branch("Branch that is deployed", "main"),
    ...gitHub(),
    ...azureDevOps(),
    secretless_ref: text("The action of Databricks Secretless, at a commit that you have looked at", {
      pattern: `[A-Za-z0-9][A-Za-z0-9-]*/${REPOSITORY}/action@[0-9a-f]{40}`,
      wanted:
        "owner/name/action@ and the 40 hexadecimal digits of a commit, such as example-org/databricks-secretless/action@0123456789abcdef0123456789abcdef01234567",
    }),
  };
}

function warehouses(fresh: boolean): Readonly<Record<string, Property>> {
  const warehouse = (what: string): Property =>
    fresh
      ? text(`ID of the SQL warehouse for ${what}`, {
          pattern: "[0-9a-f]{16}",
          wanted: "the last part of the warehouse's HTTP path, such as 1f2e3d4c5b6a7980",
          skip: is({ language: "python" }),
        })
      : constant("", "Not asked: the bundle that is there has it.");
  return {
    staging_warehouse_id: warehouse("staging (and development)"),
    prod_warehouse_id: warehouse("production"),
  };
}

function gitHub(): Readonly<Record<string, Property>> {
  return {
    github_repository: text("GitHub repository, as owner/name", {
      pattern: String.raw`[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?/${REPOSITORY}`,
      wanted: "owner/name, such as example-org/lake",
      skip: noGitHub,
    }),
    github_ids: text(
      "IDs of the owner and the repository, as GitHub puts them into the subjects of its ID tokens since 15 July 2026.\n" +
        "The command: gh api repos/{{.github_repository}} --jq '\"\\(.owner.id)/\\(.id)\"'\n" +
        "IDs, or the word names for an older repository",
      {
        pattern: "[1-9][0-9]{0,19}/[1-9][0-9]{0,19}|names",
        wanted:
          "owner ID/repository ID, such as 16543210/734912856, or the word names for a repository that is older and did not opt in",
        skip: noGitHub,
      },
    ),
    github_trust: choice(
      "What the service principals trust at GitHub: a job's environment with its reviewers, or a branch",
      ["environment", "branch"],
      { skip: noGitHub },
    ),
    prod_branch: branch("Branch that is deployed to production", "release", {
      anyOf: [is({ ci_platform: "azure_devops" }), is({ github_trust: "environment" })],
    }),
    github_host: text("Host of GitHub", {
      pattern: String.raw`[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+`,
      wanted: "a host name in small letters, such as github.com",
      default: "github.com",
      skip: never(),
    }),
  };
}

function azureDevOps(): Readonly<Record<string, Property>> {
  return {
    azure_organization: text("Azure DevOps organisation", {
      pattern: "[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?",
      wanted: "the name in https://dev.azure.com/<name>, such as example-org",
      skip: noAzure,
    }),
    azure_organization_id: text("ID of the organisation", {
      pattern: UUID,
      wanted:
        "the UUID that the pipeline variable System.CollectionId holds, such as 3f5d2b7c-8e14-4a69-b0c1-7d92e6a4f538",
      skip: noAzure,
    }),
    azure_project: text("Azure DevOps project", {
      pattern: "[A-Za-z0-9_-](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9_-])?",
      wanted: "the project's name, of letters, digits, blanks, dots, hyphens and underscores, such as lake",
      skip: noAzure,
    }),
    // The CLI takes no template as the default of a choice, so this one is a text.
    azure_trust: text(
      "Who signs in from Azure DevOps: a service_connection for each environment, or the pipeline itself",
      {
        pattern: "service_connection|pipeline",
        wanted: "service_connection (Azure Databricks) or pipeline",
        default: '{{if eq .cloud "azure"}}service_connection{{else}}pipeline{{end}}',
        skip: {
          anyOf: [is({ ci_platform: "github_actions" }), is({ cloud: "aws" }), is({ cloud: "gcp" })],
        },
      },
    ),
    azure_connection: text("Service connections, without -plan and the targets that are appended to it", {
      pattern: "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,60}[A-Za-z0-9])?",
      wanted:
        "letters, digits, hyphens and underscores, such as databricks for databricks-plan, databricks-staging, databricks-prod",
      default: "databricks",
      skip: {
        anyOf: [is({ ci_platform: "github_actions" }), is({ azure_trust: "pipeline" })],
      },
    }),
  };
}
