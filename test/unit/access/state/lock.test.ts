import assert from "node:assert/strict";
import { takeLock, type Lock, type LockOptions } from "../../../../core/access/state/lock.ts";
import { FakeDatabricks } from "../fake-databricks.ts";
import { failure } from "../setup.ts";

const PATH = "/state/access.lock";

describe("the access lock", () => {
  let fake = new FakeDatabricks();
  const take = (over: Partial<LockOptions> = {}): Promise<Lock> =>
    takeLock(PATH, { api: fake.as("d"), clock: fake.clock, holder: "run 1", timeout: 600_000, ...over });
  beforeEach(() => {
    fake = new FakeDatabricks();
  });

  it("is one file, gone after its release, and creates the folder that it needs", async () => {
    fake.directories.clear();
    const lock = await take();
    assert.deepEqual([...fake.files.keys()], [PATH]);
    await lock.release();
    assert.deepEqual([...fake.files.keys()], []);
  });

  it("is not taken from a holder who renews it; the error names the holder", async () => {
    const lock = await take();
    const clock = {
      now: () => fake.clock.now(),
      sleep: async (ms: number) => {
        await fake.clock.sleep(ms);
        await lock.hold();
      },
    };
    const error = await failure(take({ clock, timeout: 300_000, holder: "run 2" }));
    assert.equal(error.code, "ACCESS_LOCKED");
    assert.equal(error.details.actual, "run 1");
  });

  it("is taken over from a holder who died, who then notices before it changes anything", async () => {
    const dead = await take();
    const start = fake.clock.now();
    const lock = await take({ holder: "run 2" });
    assert.ok(fake.clock.now() - start >= 60_000);
    await assert.rejects(dead.hold(), /taken over/);
    await dead.release();
    assert.deepEqual([...fake.files.keys()], [PATH]);
    await lock.release();
    assert.deepEqual([...fake.files.keys()], []);
  });

  for (const content of ["", "{", "null", '{"id":"../../x"}']) {
    it(`takes over a lock file that holds ${content || "nothing"}`, async () => {
      fake.files.set(PATH, content);
      await (await take()).release();
      assert.deepEqual([...fake.files.keys()], []);
    });
  }

  it("removes what a crash during a take-over left", async () => {
    fake.files.set(PATH, JSON.stringify({ id: "bbbb", holder: "x", after: "aaaa" }));
    fake.files.set(`${PATH}.aaaa`, "{}");
    await (await take()).release();
    assert.deepEqual([...fake.files.keys()], []);
  });

  it("recognises its own file when the answer to its creation was lost", async () => {
    const real = fake.as("d");
    let lost = false;
    const api: typeof real = {
      async call(request) {
        const answer = await real.call(request);
        if (lost || !request.path.endsWith("/import")) return answer;
        lost = true;
        // The client sends it again, and hears that the file is there already.
        return real.call(request);
      },
    };
    const start = fake.clock.now();
    const lock = await take({ api, timeout: 0 });
    assert.ok(lost);
    assert.equal(fake.clock.now(), start, "it did not wait for itself");
    await lock.release();
    assert.deepEqual([...fake.files.keys()], []);
  });

  it("stops waiting when cancelled", async () => {
    await take();
    const controller = new AbortController();
    controller.abort(new Error("cancelled"));
    await assert.rejects(take({ signal: controller.signal }), /cancelled/);
  });
});
