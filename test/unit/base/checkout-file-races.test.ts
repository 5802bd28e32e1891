import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { readCheckoutText, RefusedFile, type FilePort } from "../../../core/base/checkout-file.ts";

const LINUX = { os: "linux", arch: "x64" } as const;
const SECRET = "secret of the runner";

describe("a file of the checkout", () => {
  let top: string;
  let checkout: string;
  beforeEach(async () => {
    top = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "checkout-race-")));
    checkout = path.join(top, "checkout");
    await fs.mkdir(path.join(checkout, "lake"), { recursive: true });
    await fs.writeFile(path.join(checkout, "lake/plain.yml"), "a: 1\n");
    await fs.mkdir(path.join(top, "home"));
    await fs.writeFile(path.join(top, "home/secret"), SECRET);
  });
  afterEach(() => fs.rm(top, { recursive: true }));

  const read = (name: string, { port }: { port: FilePort }) =>
    readCheckoutText(path.join(checkout, name), { checkout, platform: LINUX, port });
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    const error: unknown = await work.then(
      (value) => assert.fail(`read: ${String(value)}`),
      (one: unknown) => one,
    );
    assert.ok(error instanceof RefusedFile, String(error));
    return error.message;
  };
  const link = (name: string, target: string) => fs.symlink(target, path.join(checkout, name));

  describe("that is exchanged while it is read", () => {
    /** The real file system, with `act` done once right before or after one of its calls. */
    const racing = (
      call: "lstat" | "open" | "realpath",
      when: "before" | "after",
      act: () => Promise<void>,
    ) => {
      let done = false;
      const once = async (): Promise<void> => {
        if (!done) await act();
        done = true;
      };
      const raced = async (...args: unknown[]): Promise<unknown> => {
        if (when === "before") await once();
        const result = await (fs[call] as (...all: unknown[]) => Promise<unknown>)(...args);
        if (when === "after") await once();
        return result;
      };
      return { ...fs, [call]: raced } as FilePort;
    };
    const exchanges: Readonly<Record<string, () => Promise<void>>> = {
      "the file for a link": async () => {
        await fs.rm(path.join(checkout, "lake/plain.yml"));
        await link("lake/plain.yml", "../../home/secret");
      },
      "its folder for a link": async () => {
        await fs.rename(path.join(checkout, "lake"), path.join(checkout, "old"));
        await fs.writeFile(path.join(top, "home/plain.yml"), SECRET);
        await link("lake", "../home");
      },
    };
    for (const [what, act] of Object.entries(exchanges))
      for (const call of ["lstat", "open", "realpath"] as const)
        for (const when of ["before", "after"] as const)
          it(`is refused: ${what}, ${when} ${call}`, async () => {
            await refusal(read("lake/plain.yml", { port: racing(call, when, act) }));
          });

    it("is refused for a pipe in its place, without waiting for a writer", async function () {
      if (process.platform === "win32") this.skip();
      const act = async (): Promise<void> => {
        await fs.rm(path.join(checkout, "lake/plain.yml"));
        execFileSync("mkfifo", [path.join(checkout, "lake/plain.yml")]);
      };
      const port = racing("open", "before", act);
      assert.match(await refusal(read("lake/plain.yml", { port })), /a device or a pipe/);
    });

    it("is refused by its file ID alone where the platform has no such flags and shows no descriptor", async () => {
      const act = exchanges["the file for a link"]!;
      const port = {
        ...racing("open", "before", act),
        constants: { O_RDONLY: fs.constants.O_RDONLY },
        readlink: () => Promise.reject(new Error("no /proc")),
      } as FilePort;
      assert.match(await refusal(read("lake/plain.yml", { port })), /exchanged/);
    });
  });
});
