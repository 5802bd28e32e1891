/** A mocha reporter: failures and skips by name, nothing of what passed; counts go to the file of its option. */
"use strict";
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class CountReporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    runner.on("pending", (test) => {
      console.log(`skipped: ${test.fullTitle()}`);
    });
    runner.on("end", () => {
      this.epilogue();
      const { passes, failures, pending } = this.stats;
      writeFileSync(
        options.reporterOptions.file,
        JSON.stringify({ passed: passes, failed: failures, skipped: pending }),
      );
    });
  }
};
