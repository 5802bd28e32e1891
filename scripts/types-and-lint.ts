/**
 * `npm run lint` and `npm run types` in one: most of what the linter does is asking TypeScript for types, so both share
 * one program. Ends with 1 if either found something.
 */
import path from "node:path";
import { ESLint } from "eslint";
import ts from "typescript";

const root = path.resolve(import.meta.dirname, "..");
const host: ts.ParseConfigFileHost = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (problem) => {
    throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, "\n"));
  },
};
const config = ts.getParsedCommandLineOfConfigFile(path.join(root, "tsconfig.json"), {}, host);
if (config === undefined) throw new Error("no tsconfig.json");
const program = ts.createProgram(config.fileNames, config.options);
const problems = ts.getPreEmitDiagnostics(program);
const names: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => root,
  getNewLine: () => "\n",
};
if (problems.length > 0) console.log(ts.formatDiagnostics(problems, names));

const eslint = new ESLint({
  cwd: root,
  overrideConfig: {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { programs: [program], projectService: false } },
  },
});
const results = await eslint.lintFiles(["."]);
const found = results.some(({ errorCount, warningCount }) => errorCount + warningCount > 0);
if (found) console.log(await (await eslint.loadFormatter("stylish")).format(results));
process.exitCode = problems.length > 0 || config.errors.length > 0 || found ? 1 : 0;
