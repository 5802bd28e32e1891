import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import {
  FILE_LIMIT,
  inGitFolder,
  readCheckoutFile,
  readCheckoutText,
  readNamedFile,
  RefusedFile,
  textOf,
  type FilePort,
} from "../../../core/base/checkout-file.ts";

const LINUX = { os: "linux", arch: "x64" } as const;
const SECRET = "secret of the runner";
const posixOnly = process.platform === "win32" ? it.skip : it;

describe("a file of the checkout", () => {
  let top: string;
  let checkout: string;
  beforeEach(async () => {
    top = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "checkout-file-")));
    checkout = path.join(top, "checkout");
    await fs.mkdir(path.join(checkout, "lake"), { recursive: true });
    await fs.mkdir(path.join(checkout, ".git"));
    await fs.writeFile(path.join(checkout, ".git/config"), SECRET);
    await fs.writeFile(path.join(checkout, "lake/plain.yml"), "a: 1\n");
    await fs.mkdir(path.join(top, "home"));
    await fs.writeFile(path.join(top, "home/secret"), SECRET);
  });
  afterEach(() => fs.rm(top, { recursive: true }));

  const read = (name: string, more: { limit?: number; port?: FilePort } = {}) =>
    readCheckoutText(path.join(checkout, name), { checkout, platform: LINUX, ...more });
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    const error: unknown = await work.then(
      (value) => assert.fail(`read: ${String(value)}`),
      (one: unknown) => one,
    );
    assert.ok(error instanceof RefusedFile, String(error));
    assert.ok(!error.message.includes(SECRET));
    return error.message;
  };
  const link = (name: string, target: string) => fs.symlink(target, path.join(checkout, name));

  it("is read with its bytes, also through links inside, and without a byte order mark", async () => {
    await link("chain", "second");
    await link("second", path.join(checkout, "lake/plain.yml"));
    await link("folder", "lake");
    await fs.writeFile(path.join(checkout, "bom.yml"), "\ufeffb: 2");
    for (const name of ["lake/plain.yml", "chain", "folder/plain.yml", "folder/../chain"])
      assert.equal(await read(name), "a: 1\n", name);
    assert.equal(await read("bom.yml"), "b: 2");
  });

  it("is read where the checkout itself is reached through a link", async () => {
    await fs.symlink(checkout, path.join(top, "alias"));
    const bounds = { checkout: path.join(top, "alias"), platform: LINUX };
    assert.equal(await readCheckoutText(path.join(top, "alias/lake/plain.yml"), bounds), "a: 1\n");
  });

  it("is undefined where there is none", async () => {
    for (const name of ["none", "none/none", "lake/plain.yml/none"])
      assert.equal(await read(name), undefined, name);
  });

  const led: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    "a link to a file outside": [["access.yml", "../home/secret"]],
    "an absolute link": [["access.yml", "TOP/home/secret"]],
    "a chain of links": [
      ["access.yml", "lake/one"],
      ["lake/one", "two"],
      ["lake/two", "../../home/secret"],
    ],
    "a link of a folder above it": [
      ["away", "../home"],
      ["access.yml", "away/secret"],
    ],
    "a link through a link to the checkout": [
      ["self", "."],
      ["access.yml", "self/self/../home/secret"],
    ],
    "a folder beside the checkout whose name begins like it": [["access.yml", "../checkout2/secret"]],
    "the environment of this process": [["access.yml", "/proc/self/environ"]],
    "the same through another process's root": [["access.yml", "/proc/self/root/proc/self/environ"]],
    "an endless device": [["access.yml", "/dev/zero"]],
    "a device that is empty": [["access.yml", "/dev/null"]],
    "standard input": [["access.yml", "/dev/stdin"]],
    "a folder outside": [["access.yml", "../home"]],
  };
  for (const [what, links] of Object.entries(led)) {
    posixOnly(`is refused for ${what}`, async () => {
      await fs.mkdir(path.join(top, "checkout2"));
      await fs.writeFile(path.join(top, "checkout2/secret"), SECRET);
      for (const [name, target] of links) await link(name, target.replace("TOP", top));
      assert.match(await refusal(read("access.yml")), /leads out of the checkout|leads nowhere/);
    });
  }

  it("is refused where the way to it leads out, by a link or by dots", async () => {
    await link("away", "../home");
    for (const name of ["away/secret", "../home/secret", "lake/../../home/secret"])
      assert.match(await refusal(read(name)), /leads out of the checkout/, name);
  });

  it("is refused in .git, where a checkout keeps its credentials", async () => {
    await link("access.yml", ".git/config");
    await link("folder", ".git");
    for (const name of ["access.yml", "folder/config", ".git/config"])
      assert.match(await refusal(read(name)), /\.git/, name);
    for (const name of [".git/x", "a/.GIT/x", ".git. /x", "a\\.git\\x", ".git"])
      assert.ok(inGitFolder(name), name);
    for (const name of [".gitignore", "git/x", ".github/x", "a.git/x"]) assert.ok(!inGitFolder(name), name);
  });

  it("is refused for a link that leads nowhere or in a circle, which is not the same as no file", async () => {
    await link("nowhere", "none");
    await link("circle", "circle");
    assert.match(await refusal(read("nowhere")), /nowhere/);
    assert.match(await refusal(read("circle")), /circle/);
  });

  it("is refused for a folder", async () => {
    assert.match(await refusal(read("lake")), /is a folder/);
  });

  posixOnly("is refused for a pipe and a socket, and neither is waited for", async () => {
    execFileSync("mkfifo", [path.join(checkout, "pipe")]);
    await link("to-pipe", "pipe");
    for (const name of ["pipe", "to-pipe"]) assert.match(await refusal(read(name)), /a device or a pipe/);
  });

  it("is refused for a hard link", async () => {
    await fs.link(path.join(top, "home/secret"), path.join(checkout, "access.yml"));
    assert.match(await refusal(read("access.yml")), /hard link/);
  });

  it("is refused above its size, to the byte, also for a hole", async () => {
    const file = path.join(checkout, "large");
    await fs.writeFile(file, "x".repeat(FILE_LIMIT));
    assert.equal((await read("large"))?.length, FILE_LIMIT);
    await fs.truncate(file, FILE_LIMIT + 1);
    assert.match(await refusal(read("large")), /larger than 1 MB/);
    await fs.truncate(file, 2 ** 40);
    assert.match(await refusal(read("large")), /larger than 1 MB/);
  });

  it("is refused for what is no UTF-8", async () => {
    for (const bytes of [
      Buffer.from("\ufeffa: 1", "utf16le"),
      Buffer.from("a: 1", "utf16le"),
      Buffer.from([0x61, 0xff]),
      Buffer.from([0xc0, 0xaf]),
      Buffer.from("a\0b"),
    ]) {
      await fs.writeFile(path.join(checkout, "text"), bytes);
      assert.match(await refusal(read("text")), /not UTF-8/);
      assert.throws(() => textOf(bytes), RefusedFile);
    }
  });

  it("counts letters of one case as another on macOS and Windows alone", async () => {
    const port = {
      ...fs,
      realpath: ((file: string) =>
        fs.realpath(file).then((real) => real.replace("/checkout/", "/CheckOut/"))) as typeof fs.realpath,
      lstat: ((file: string, options: object) =>
        fs.lstat(file.replace("/CheckOut/", "/checkout/"), options)) as typeof fs.lstat,
      open: ((file: string, flags: number) =>
        fs.open(file.replace("/CheckOut/", "/checkout/"), flags)) as typeof fs.open,
    };
    const file = path.join(checkout, "lake/plain.yml");
    assert.match(await refusal(read("lake/plain.yml", { port })), /leads out/);
    const bounds = { checkout, platform: { os: "darwin", arch: "arm64" } as const, port };
    assert.equal(await readCheckoutText(file, bounds), "a: 1\n");
  });

  it("stays inside, whatever links and names are put together", async () => {
    const part = fc.constantFrom(
      "..",
      ".",
      "lake",
      "self",
      "away",
      "up",
      "plain.yml",
      "secret",
      "home",
      ".git",
      "config",
    );
    await link("self", ".");
    await link("away", "../home");
    await link("lake/up", "..");
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 7 }),
        fc.boolean(),
        async (parts, asLink) => {
          const target = parts.join("/");
          await fs.rm(path.join(checkout, "lake/link"), { force: true });
          await link("lake/link", target);
          const name = asLink ? path.join(checkout, "lake/link") : `${checkout}/lake/${target}`;
          const result = await readCheckoutFile(name, { checkout, platform: LINUX }).catch(
            (error: unknown) => {
              assert.ok(error instanceof RefusedFile, String(error));
              return undefined;
            },
          );
          assert.ok(result === undefined || result.toString() === "a: 1\n");
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("a file that the workflow or the CI names", () => {
  it("is read through links, as a regular file of limited size", async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "named-file-"));
    const file = path.join(folder, "event.json");
    await fs.writeFile(file, "{}");
    await fs.symlink("event.json", path.join(folder, "link"));
    assert.equal(String(await readNamedFile(path.join(folder, "link"))), "{}");
    assert.equal(await readNamedFile(path.join(folder, "none")), undefined);
    await assert.rejects(readNamedFile(file, { limit: 1 }), /is larger than/);
    await assert.rejects(readNamedFile(folder), /is a folder/);
    if (process.platform !== "win32") {
      await assert.rejects(readNamedFile("/dev/zero"), /a device or a pipe/);
      // Says of itself that it is empty.
      await assert.rejects(readNamedFile("/proc/self/environ", { limit: 3 }), /is larger than/);
    }
    await fs.rm(folder, { recursive: true });
  });
});
