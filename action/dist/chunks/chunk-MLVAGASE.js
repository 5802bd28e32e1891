import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;

// core/report/harmless.ts
var ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])?/g;
var CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;
function harmless(line) {
  return line.replace(ESCAPE_SEQUENCE, "").replace(CONTROL, " ").replace(/^([\s\u180e\u200b-\u200d\u2060\ufeff]*):(?=:)/, "$1: ").replace(/#(?=#(?:vso)?\[)/gi, "# ");
}
function harmlessLines(text) {
  return text.split(/\r\n|\r|\n/).map(harmless);
}

export {
  harmlessLines
};
