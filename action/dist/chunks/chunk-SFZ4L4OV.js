import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;

// core/errors.ts
var SecretlessError = class extends Error {
  name = "SecretlessError";
  code;
  details;
  mistakes;
  constructor(code, options) {
    const { mistakes = [], cause, ...details } = options;
    super(details.problem, cause === void 0 ? void 0 : { cause });
    this.code = code;
    this.details = details;
    this.mistakes = mistakes;
  }
};
function toSecretlessError(error) {
  if (error instanceof SecretlessError) return error;
  return new SecretlessError("INTERNAL", {
    problem: error instanceof Error ? error.message : String(error),
    remedy: "This is a defect of databricks-secretless: please report it with the debug log of the run.",
    cause: error
  });
}

export {
  SecretlessError,
  toSecretlessError
};
