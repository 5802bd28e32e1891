import js from "@eslint/js";
import ts from "typescript-eslint";

/** The order of the house (docs/architecture.md): a room imports only from itself and from rooms before it. */
const ROOMS = ["audit", "identity", "federation", "databricks", "scan", "access", "report"];

const later = (room) => ROOMS.slice(ROOMS.indexOf(room) + 1);
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
  forbid(
    [
      "core/errors.ts",
      "core/ports.ts",
      "core/host.ts",
      "core/inputs.ts",
      "core/input-reader.ts",
      "core/http.ts",
      "core/redact.ts",
      "core/retry.ts",
      "core/system.ts",
      "core/proxy.ts",
      "core/workspace-url.ts",
      "core/cli-values.ts",
      "core/input-reader.ts",
      "core/input-values.ts",
    ],
    [{ group: [...shells, ...ROOMS.map((room) => `**/${room}/**`), "**/run.ts"] }],
  ),
  ...ROOMS.map((room) =>
    forbid(
      [`core/${room}/**`],
      [{ group: [...shells, ...later(room).map((other) => `**/${other}/**`), "**/run.ts"] }],
    ),
  ),
  {
    files: ["test/**", "sandbox/**"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off", "no-control-regex": "off" },
  },
  { files: ["*.js", "**/*.cjs"], extends: [ts.configs.disableTypeChecked] },
);
