/**
 * A mocha reporter: failures and skips by name, nothing of what passed; counts go to the file of its option, and which
 * test file was the first to leave which name in the temporary folder.
 */
"use strict";
const { readdirSync, writeFileSync } = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { cwd } = require("node:process");
const { reporters } = require("mocha");

module.exports = class CountReporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const temp = os.tmpdir();
    const makers = {};
    const look = (maker) => {
      for (const name of readdirSync(temp)) makers[name] ??= maker;
    };
    runner.on("pending", (test) => {
      console.log(`skipped: ${test.fullTitle()}`);
    });
    // The file of a suite is that of its outermost one.
    runner.on("start", () => look("loading the tests"));
    runner.on("suite end", (suite) => {
      if (suite.parent?.root) look(path.relative(cwd(), suite.file));
    });
    runner.on("end", () => {
      this.epilogue();
      const { passes, failures, pending } = this.stats;
      const counts = { passed: passes, failed: failures, skipped: pending, makers };
      writeFileSync(options.reporterOptions.file, JSON.stringify(counts));
    });
  }
};
