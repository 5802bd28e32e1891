import assert from "node:assert/strict";
import { allRight } from "../../../core/base/all-right.ts";
import { SecretlessError } from "../../../core/base/errors.ts";

const failure = (
  code: "CLI_NOT_FOUND" | "BUNDLE_INVALID" | "EXCHANGE_REFUSED",
  problem: string,
): SecretlessError => new SecretlessError(code, { problem, mistakes: [{ problem: `${problem} in detail` }] });

describe("all right", () => {
  it("gives all results in order", async () => {
    assert.deepEqual(await allRight([Promise.resolve(1), Promise.resolve("two")]), [1, "two"]);
  });

  it("gives a single failure as it is", async () => {
    const error = failure("CLI_NOT_FOUND", "no CLI");
    await assert.rejects(allRight([Promise.resolve(1), Promise.reject(error)]), (found) => found === error);
  });

  it("tells once what stopped several", async () => {
    const stop = new SecretlessError("CANCELLED", { problem: "The job was cancelled." });
    await assert.rejects(allRight([Promise.reject(stop), Promise.reject(stop)]), (found) => found === stop);
  });

  it("reports all failures, in the order of the work, when the slowest has ended", async () => {
    let ended = false;
    const slow = new Promise<never>((_, reject) => {
      setImmediate(() => {
        ended = true;
        reject(failure("EXCHANGE_REFUSED", "no token"));
      });
    });
    const work = [
      slow,
      Promise.reject(failure("BUNDLE_INVALID", "bad")),
      Promise.reject(new Error("defect")),
    ];
    await assert.rejects(allRight(work), (error) => {
      assert.ok(ended && error instanceof SecretlessError);
      assert.equal(error.code, "EXCHANGE_REFUSED");
      assert.deepEqual(
        error.mistakes.map(({ problem }) => problem),
        ["no token in detail", "BUNDLE_INVALID: bad", "bad in detail", "INTERNAL: defect"],
      );
      return true;
    });
  });
});
