/** `npm run docs`: writes the schemas of the bundle templates, from template-questions.ts. A test compares. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { questions, type Form } from "./template-questions.ts";

const WELCOME: Readonly<Record<Form, string>> = {
  bundle:
    "A project that deploys with no stored secret. Have at hand: two workspaces, and a service principal for each task\n" +
    "(docs/templates.md has the commands). Nothing is created by this; SETUP.md will say what to do.",
  ci:
    "CI with no stored secret for the bundle of this repository. Run it at the root of the repository; it adds new files only.\n" +
    "Have at hand: a service principal for plans, and one for each target that deploys (docs/templates.md has the commands).",
};
const SUCCESS: Readonly<Record<Form, string>> = {
  bundle: "\n{{.project_name}} is there. Next: {{.project_name}}/SETUP.md, then push.",
  ci: '\nThe pipelines are there. Next: {{if ne .bundle_root "."}}{{.bundle_root}}/{{end}}SECRETLESS.md, then push.',
};

/** The schema of one template, as its file `databricks_template_schema.json` holds it. */
export function templateSchema(form: Form): string {
  const properties = Object.entries(questions(form)).map(([name, property], at) => [
    name,
    { ...property, order: at + 1 },
  ]);
  const schema = {
    "//": "Written by npm run docs, from scripts/template-questions.ts.",
    welcome_message: WELCOME[form],
    // The oldest that the action supports.
    min_databricks_cli_version: "v1.9.0",
    version: 1,
    template_dir: "../shared",
    properties: Object.fromEntries(properties) as object,
    success_message: SUCCESS[form],
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

if (process.argv[1] === import.meta.filename) {
  for (const form of ["bundle", "ci"] as const) {
    const folder = path.resolve(import.meta.dirname, "../bundle-templates", `secretless-${form}`);
    await writeFile(path.join(folder, "databricks_template_schema.json"), templateSchema(form));
  }
}
