import assert from "node:assert/strict";
import type { ProcessPort } from "../../../../core/cli/own-process.ts";
import { serviceEnvironment } from "../../../../core/flow/service/detached.ts";
import { endService } from "../../../../core/flow/service/end.ts";
import { SERVICE_MARK } from "../../../../core/flow/service/mark.ts";
import { systemClock } from "../../../../core/base/clock-and-platform.ts";

const CONTROL = "c".repeat(43);
const ID = "11111111-2222-4333-8444-555555555555";
const platform = { os: "linux", arch: "x64" } as const;
const alive = new Set<number>();
const processes: ProcessPort = {
  startedAt: (pid) => Promise.resolve(alive.has(pid) ? "77" : undefined),
  environmentOf: () => [`${SERVICE_MARK}=${ID}`],
  ours: () => [],
  kill: (pid) => void alive.delete(pid),
};

describe("the token service at the post step", () => {
  const end = async (state: string): Promise<string> => {
    const lines: string[] = [];
    const ports = { clock: systemClock, platform, processes };
    for await (const line of endService({ state, roots: ["/tmp"] }, ports)) lines.push(line);
    return lines.join(" ");
  };
  beforeEach(() => alive.add(4711));

  it("nothing is said where there was none", async () => {
    assert.equal(await end(""), "");
  });

  it("one that does not answer is ended", async () => {
    for (const port of ["0", "1"]) {
      alive.add(4711);
      assert.match(await end(`${port} ${CONTROL} ${ID} 4711 77`), /did not answer and was ended/);
      assert.equal(alive.has(4711), false);
    }
  });

  for (const [name, state] of [
    ["another start", `0 ${CONTROL} ${ID} 4711 78`],
    ["another mark", `0 ${CONTROL} ${ID.replace("1", "2")} 4711 77`],
  ] as const)
    it(`a process with ${name} is left alone`, async () => {
      await end(state);
      assert.equal(alive.has(4711), true);
    });

  for (const state of [
    "x",
    "0",
    `0 ${CONTROL} ${ID}`,
    `99999999 ${CONTROL} ${ID} 4711 77`,
    `0 ../x ${ID} 4711 77`,
  ])
    it(`what main cannot have kept is nothing: ${state.slice(0, 20)}`, async () => {
      assert.equal(await end(state), "");
      assert.equal(alive.has(4711), true);
    });
});

describe("the environment of the token service", () => {
  it("holds nothing but what Node needs, and a mark", () => {
    const environment = {
      PATH: "/bin",
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "secret",
      INPUT_HOST: "x",
      HTTPS_PROXY: "http://user:secret@proxy",
      NODE_EXTRA_CA_CERTS: "/ca.pem",
      SSL_CERT_FILE: "/ca.pem",
      RUNNER_TRACKING_ID: "github_1",
      SystemRoot: "C:\\Windows",
    };
    const common = { NODE_EXTRA_CA_CERTS: "/ca.pem", SSL_CERT_FILE: "/ca.pem", [SERVICE_MARK]: ID };
    const of = (os: "linux" | "win32", tracking: string | undefined) =>
      serviceEnvironment({ environment, platform: { os, arch: "x64" } }, { id: ID, tracking });
    assert.deepEqual(of("linux", undefined), common);
    assert.deepEqual(of("linux", "RUNNER_TRACKING_ID"), { ...common, RUNNER_TRACKING_ID: "github_1" });
    assert.deepEqual(of("win32", undefined), { ...common, SYSTEMROOT: "C:\\Windows" });
  });
});
