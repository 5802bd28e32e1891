import { readFileSync } from "node:fs";
import js from "@eslint/js";
import ts from "typescript-eslint";

/** The order of the house (docs/architecture.md): a folder imports only from itself and from folders before it. */
const HOUSE = JSON.parse(readFileSync(new URL("scripts/house.json", import.meta.url), "utf8"));

/** What stands at the root of core: after all folders. */
const ROOT = ["run.ts", "start.ts"];

/** What nothing in `folder` may import: later folders of core, by their path from `depth` folders further down. */
const later = (folder, depth) =>
  HOUSE.slice(HOUSE.indexOf(folder) + 1).map((other) => `${"../".repeat(depth)}${other}/**`);
const forbid = (files, patterns) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns }] },
});
const shells = [
  "**/action/**",
  "**/tasks/**",
  "**/local/**",
  "**/sandbox/**",
  "**/test/**",
  "@actions/*",
  "azure-pipelines-task-lib*",
];

export default ts.config(
  { ignores: ["**/dist/", "coverage/", "node_modules/"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    files: ["**/*.cjs"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { module: "writable", require: "readonly", console: "readonly" },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "max-lines": ["error", { max: 260, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      eqeqeq: "error",
    },
  },
  {
    files: ["core/**"],
    rules: {
      "no-console": "error",
      "no-restricted-globals": [
        "error",
        { name: "process", message: "core gets its environment through ports" },
      ],
    },
  },
  forbid(["core/*.ts"], [{ group: shells }]),
  ...HOUSE.flatMap((folder) =>
    ["", "*/", "*/*/"].map((inner, at) =>
      forbid(
        [`core/${folder}/${inner}*.ts`],
        [
          {
            group: [...shells, ...ROOT.map((file) => "../".repeat(at + 1) + file), ...later(folder, at + 1)],
          },
        ],
      ),
    ),
  ),
  { files: ["*.js"], languageOptions: { globals: { URL: "readonly" } } },
  {
    files: ["test/**", "sandbox/**"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off", "no-control-regex": "off" },
  },
  { files: ["*.js", "**/*.cjs"], extends: [ts.configs.disableTypeChecked] },
);
