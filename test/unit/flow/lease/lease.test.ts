import assert from "node:assert/strict";
import { Lease, type LeaseNote } from "../../../../core/flow/lease/lease.ts";
import {
  leasePath,
  LIFE,
  readLease,
  writeLease,
  type LeaseText,
} from "../../../../core/flow/lease/lease-text.ts";
import { takeLease, type TakeOptions } from "../../../../core/flow/lease/take-lease.ts";
import { LeaseKeeper } from "../../../../core/flow/service/lease-keeper.ts";
import { ApiFailure } from "../../../../core/api/client.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";
import { FakeFiles } from "./fake-files.ts";

const STATE = "/Workspace/Shared/lake/state";
const PATH = leasePath(STATE);
const LOCK = `${STATE}/deploy.lock`;
const US = "5f8a6d3c-0000-4000-8000-000000000000";
const OTHER = "11111111-1111-4111-8111-111111111111";
const LOCK_ID = "22222222-2222-4222-8222-222222222222";
/** The workspace's clock is that far from ours. */
const AHEAD = 7 * 60_000;

describe("a lease", () => {
  let clock: FakeClock;
  let files: FakeFiles;
  let log: string[];
  let told: (LeaseNote | undefined)[];
  beforeEach(() => {
    clock = new FakeClock();
    files = new FakeFiles(clock, AHEAD);
    log = [];
    told = [];
  });

  const iso = (time: number): string => new Date(time).toISOString();
  const options = (more: Partial<TakeOptions> = {}): TakeOptions => ({
    ...{ api: files, clock, statePath: STATE, principal: US, makeFolder: true },
    run: "https://ci.example/runs/2/attempts/1",
    deadline: clock.now() + 20_000,
    signal: new AbortController().signal,
    now: () => files.now(),
    info: (line) => log.push(line),
    tell: (note) => told.push(note),
    ...more,
  });
  const lock = (more: object = {}, writtenAt = files.now()): void => {
    const text = { ID: LOCK_ID, AcquisitionTime: iso(writtenAt), IsForced: false, User: US, ...more };
    files.put(LOCK, JSON.stringify(text), writtenAt);
  };
  /** The lease of another run, last written so many milliseconds ago. */
  const other = (ago: number, more: Partial<LeaseText> = {}): void => {
    const at = files.now() - ago;
    const text = { id: OTHER, run: "https://ci.example/runs/1", since: iso(at - 30_000), unmended: "" };
    files.put(PATH, writeLease({ ...text, renewed: iso(at), lock: "", ended: false, ...more }), at);
  };

  it("is made with one request, renewed, and gone at its end", async () => {
    const { lease, left, waited } = await takeLease(options());
    assert.deepEqual(files.calls, [`POST import ${PATH}`]);
    assert.deepEqual([left, waited], [undefined, false]);
    await clock.advance(50_000);
    assert.equal(files.all.get(PATH)?.writtenAt, files.now() - 5_000);
    await lease?.close();
    assert.equal(files.all.size, 0);
    assert.equal(told.at(-1), undefined);
    await clock.advance(LIFE);
    assert.equal(files.all.size, 0, "nothing is written any more");
  });

  it("makes its folder for a first deployment, not for a destroy, and never again", async () => {
    files.missing.add(STATE);
    assert.equal((await takeLease(options({ makeFolder: false }))).lease, undefined);
    const { lease } = await takeLease(options());
    assert.ok(lease && files.text(PATH));
    files.missing.add(STATE);
    files.all.clear();
    await clock.advance(LIFE);
    assert.equal(files.all.size, 0);
    await lease.close();
  });

  it("names the lock that our CLI has taken by the next second, and forgets it with the command", async () => {
    const { lease } = await takeLease(options());
    assert.ok(lease);
    let end = (): void => undefined;
    const work = lease.during(() => new Promise<void>((resolve) => (end = resolve)));
    lock();
    await clock.advance(1_000);
    assert.equal(readLease(files.text(PATH) ?? "").lock, LOCK_ID);
    files.all.delete(LOCK);
    end();
    await work;
    await lease.during(() => Promise.resolve());
    assert.equal(readLease(files.text(PATH) ?? "").lock, "");
    await lease.close();
  });

  for (const [what, more] of [
    ["of somebody else", { User: "somebody@example.com" }],
    ["that was forced", { IsForced: true }],
  ] as const) {
    it(`does not name a lock ${what}`, async () => {
      const { lease } = await takeLease(options());
      assert.ok(lease);
      lock(more);
      const work = lease.during(() => clock.sleep(40_000));
      await clock.advance(40_000);
      await work;
      assert.equal(readLease(files.text(PATH) ?? "").lock, "");
      await lease.close();
    });
  }

  it("of a living run is waited for, then plainly told; nothing of it is touched", async () => {
    other(0);
    lock();
    const beating = clock.sleep(10_000).then(() => {
      other(0);
    });
    const taking = takeLease(options());
    await assert.rejects(clock.running(taking), { code: "DEPLOYMENT_LOCKED", message: /is alive/ });
    await beating;
    assert.equal(readLease(files.text(PATH) ?? "").id, OTHER);
    assert.ok(files.text(LOCK));
    assert.match(log.join("\n"), /https:\/\/ci\.example\/runs\/1, since /);
  });

  it("that its owner closes is taken by who waits, who then plans again", async () => {
    other(0);
    void clock.sleep(7_000).then(() => files.all.delete(PATH));
    const { waited, left, lease } = await clock.running(takeLease(options()));
    assert.deepEqual([waited, left], [true, undefined]);
    await lease?.close();
  });

  it("of a run that was killed runs out by the workspace's clock, past `lock-timeout` if need be", async () => {
    other(3_000, { lock: LOCK_ID });
    lock();
    const start = clock.now();
    const { left, lease } = await clock.running(takeLease(options()));
    assert.equal(left?.lease.id, OTHER);
    // The `Date` of an answer has whole seconds.
    assert.ok(clock.now() - start >= LIFE - 4_000 && clock.now() - start <= LIFE + 5_000);
    assert.equal(files.text(LOCK), undefined);
    assert.match(log.join("\n"), /Removed the lock/);
    await lease?.close();
  });

  it("of a run of which nothing works any more is taken over at once", async () => {
    other(0, { ended: true, lock: LOCK_ID });
    lock();
    const { left, waited, lease } = await takeLease(options());
    assert.deepEqual([left?.lease.id, waited, files.text(LOCK)], [OTHER, false, undefined]);
    assert.deepEqual([...files.all.keys()], [PATH]);
    await lease?.close();
  });

  it("is not run out because our own clock jumps", async () => {
    other(0);
    const jumping = {
      now: () => clock.now() + 3_600_000 * files.calls.length,
      sleep: clock.sleep.bind(clock),
    };
    await assert.rejects(takeLease(options({ clock: jumping })), { code: "DEPLOYMENT_LOCKED" });
    assert.equal(readLease(files.text(PATH) ?? "").id, OTHER);
  });

  it("that has run out goes to one of several who find it so", async () => {
    other(LIFE);
    const all = await clock.running(
      Promise.allSettled(
        [1, 2, 3].map((nr) => takeLease(options({ run: `https://ci.example/runs/${String(nr + 1)}` }))),
      ),
    );
    const won = all.flatMap((one) => (one.status === "fulfilled" ? [one.value.lease] : []));
    assert.equal(won.length, 1);
    await won[0]?.close();
  });

  it("remembers since when something is unmended, over several deaths", async () => {
    other(LIFE, { unmended: iso(1_000) });
    const { lease } = await takeLease(options());
    assert.equal(readLease(files.text(PATH) ?? "").unmended, iso(1_000));
    await lease?.leave();
    const after = readLease(files.text(PATH) ?? "");
    assert.deepEqual([after.ended, after.unmended], [true, iso(1_000)]);
  });

  it("is done without where the deployer may not write it: the CLI says so in its own words", async () => {
    files.before = () => {
      throw new ApiFailure(403, "PERMISSION_DENIED", "no");
    };
    assert.equal((await takeLease(options())).lease, undefined);
  });

  describe("of a step that is gone", () => {
    let isStepThere: boolean;
    let isDeploying: boolean;
    let keeper: LeaseKeeper;
    beforeEach(async () => {
      [isStepThere, isDeploying] = [true, true];
      const { lease } = await takeLease(options());
      assert.ok(lease instanceof Lease);
      await lease.close();
      keeper = new LeaseKeeper({
        ...{ api: files, now: () => files.now() },
        isStepThere: () => isStepThere,
        isNeeded: () => Promise.resolve(isDeploying),
      });
      keeper.set(told[0]);
      files.put(PATH, writeLease(told[0]?.text as LeaseText));
    });
    const looking = async (ms: number): Promise<void> => {
      for (let waited = 0; waited < ms; waited += 2_000) {
        await clock.advance(2_000);
        await keeper.look();
      }
    };
    const written = (): LeaseText => readLease(files.text(PATH) ?? "");

    it("is renewed while its deployment goes on, with the lock; then it is marked as ended", async () => {
      isStepThere = false;
      lock();
      await looking(2_000);
      assert.equal(written().lock, LOCK_ID);
      for (let round = 0; round < 5; round++) {
        await looking(LIFE / 2);
        assert.ok(files.now() - (files.all.get(PATH)?.writtenAt ?? 0) <= 20_000);
      }
      isDeploying = false;
      await looking(2_000);
      assert.deepEqual([written().ended, written().lock], [true, LOCK_ID]);
      const calls = files.calls.length;
      await looking(LIFE);
      assert.equal(files.calls.length, calls);
    });

    it("is left to a step that renews it, and renewed for one that stands still", async () => {
      const calls = files.calls.length;
      await looking(20_000);
      assert.equal(files.calls.length, calls);
      await looking(40_000);
      assert.ok(files.now() - (files.all.get(PATH)?.writtenAt ?? 0) < LIFE / 2);
      assert.equal(written().ended, false);
    });

    it("is left alone once the step has closed it", async () => {
      keeper.set(undefined);
      files.all.clear();
      isStepThere = false;
      await looking(LIFE);
      await settled();
      assert.equal(files.all.size, 0);
    });
  });
});
