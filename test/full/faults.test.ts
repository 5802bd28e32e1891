import assert from "node:assert/strict";
import { COURSES, FAULTS, judged, requestsOf, type Judged } from "./fault-matrix.ts";
import { printTable } from "./table.ts";

/** Cases at the same time; they wait more than they work. */
const LANES = 4;

describe("every request of our own under every fault", function () {
  this.timeout(900_000);

  for (const course of COURSES) {
    it(`${course.name}: recovers, or fails with the right code`, async () => {
      const requests = await requestsOf(course);
      const cases = requests
        .flatMap((request) =>
          Object.keys(FAULTS).flatMap((fault) => [1, Infinity].map((times) => ({ request, fault, times }))),
        )
        .filter((_, at) => at % (course.every ?? 1) === 0);
      const count = cases.length;
      const results: Judged[] = [];
      const lane = async (): Promise<void> => {
        for (let one = cases.shift(); one; one = cases.shift()) results.push(await judged(course, one));
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      const of = (verdict: Judged["verdict"]): Judged[] => results.filter((one) => one.verdict === verdict);
      const [recovered, failed, hung, wrong] = [
        of("recovered"),
        of("failed as wanted"),
        of("hung"),
        of("wrong"),
      ];
      printTable(
        `faults during ${course.name}`,
        ["requests", "cases", "recovered", "failed as wanted", "hung", "wrong"],
        [[requests.length, count, recovered.length, failed.length, hung.length, wrong.length]],
      );
      assert.deepEqual(
        [...hung, ...wrong].map(({ what }) => what),
        [],
      );
      assert.equal(results.length, count);
    });
  }
});
