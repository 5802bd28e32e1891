import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import fc from "fast-check";
import { parseCliMirror } from "../../../../core/ci/inputs/cli-values.ts";
import { systemFiles } from "../../../../core/cli/install/files.ts";
import { placeOf } from "../../../../core/cli/install/source.ts";
import { selfSignedCertificate } from "../../support/certificate.ts";
import { listenAsProxy } from "../../support/servers.ts";
import { failure, folders, sha256, site, tree } from "./support/release.ts";
import { ARCHIVE, broken, NAME, PatientClock, Runner, VERSION } from "./support/installer.ts";
import { servers } from "./support/transfer.ts";

const PATH = `/v${VERSION}/${NAME}`;

describe("source of a release", () => {
  const { serve, started } = servers();
  const folder = folders();
  let runner: Runner;
  beforeEach(async () => {
    runner = await new Runner(await folder()).prepare();
  });

  async function nothingLeft(): Promise<void> {
    assert.deepEqual(await tree(runner.toolCache), []);
    assert.deepEqual(await tree(runner.tempFolder), []);
  }

  /** Answers the first requests by `listeners`, one each, then serves the archive. */
  async function after(...listeners: RequestListener[]) {
    const files = site({ [PATH]: ARCHIVE });
    const server = await serve((request, response) =>
      (listeners.shift() ?? files.listener)(request, response),
    );
    return { ...server, ...files };
  }

  it("is tried again after a truncated answer, and what came of it is gone", async () => {
    const { url } = await after(
      (_, response) => {
        response.writeHead(200, { "content-length": ARCHIVE.length });
        response.write(ARCHIVE.subarray(0, 40), () => response.destroy());
      },
      (_, response) => response.writeHead(503).end(),
    );
    const installed = await runner.install({ mirror: url });
    assert.equal(installed.archiveSha256, sha256(ARCHIVE));
    assert.equal(runner.log.length, 2);
    assert.match(runner.log[0] ?? "", /the connection broke \(ECONNRESET\); the next try is in \d\.\d s\.$/);
    assert.deepEqual(await tree(runner.tempFolder), []);
  });

  it("is given up at the deadline, with the last reason", async () => {
    const { url } = await serve((_, response) => response.writeHead(503).end());
    const error = await failure(runner.install({ mirror: url }), "CLI_DOWNLOAD_FAILED");
    assert.match(error.details.actual ?? "", /status 503/);
    assert.ok(runner.log.length > 1, "it was tried again");
    await nothingLeft();
  });

  it("is given up at the deadline in the middle of a transfer, which then has ended", async () => {
    const clock = new PatientClock();
    const closed: Promise<unknown>[] = [];
    const { url } = await serve((_, response) => {
      closed.push(once(response, "close"));
      response.writeHead(200, { "content-length": ARCHIVE.length });
      response.write(ARCHIVE.subarray(0, 40), () => clock.expire());
    });
    const error = await failure(runner.install({ mirror: url }, { clock }), "CLI_DOWNLOAD_FAILED");
    assert.match(error.details.actual ?? "", /deadline/);
    await nothingLeft();
    assert.equal(closed.length, 1);
    await closed[0];
  });

  it("ends with the reason of a cancellation", async () => {
    const reason = new Error("cancelled");
    const controller = new AbortController();
    const { url } = await serve((_, response) => {
      response.write(ARCHIVE.subarray(0, 40), () => controller.abort(reason));
    });
    await assert.rejects(runner.install({ mirror: url, signal: controller.signal }), reason);
    await assert.rejects(runner.install({ signal: AbortSignal.abort(reason) }), reason);
    await nothingLeft();
  });

  const answers: readonly (readonly [string, RequestListener, RegExp, RegExp])[] = [
    ["404", (_, response) => response.writeHead(404).end(), /status 404/, /under v1\.12\.1\/ of the mirror/],
    ["401", (_, response) => response.writeHead(401).end(), /status 401/, /no credential is ever sent/],
    ["403", (_, response) => response.writeHead(403).end(), /status 403/, /no credential is ever sent/],
    ["500 for ever", (_, response) => response.writeHead(500).end(), /status 500/, /`cli-mirror`/],
    [
      "a web page",
      (_, response) => response.end("<!DOCTYPE html><html><head><title>Blocked</title></head></html>"),
      /a web page with the title "Blocked"/,
      /let the file through/,
    ],
    [
      "a web page without a title",
      (_, response) => response.end("<html></html>"),
      /^a web page$/,
      /let the file/,
    ],
    ["nothing", (_, response) => response.end(), /an empty file/, /let the file through/],
    ["three bytes", (_, response) => response.end("PK\x03"), /something else/, /let the file through/],
    [
      "a redirect elsewhere",
      (_, response) => response.writeHead(302, { location: "https://x.example/" }).end(),
      /redirects/,
      /sign-in page/,
    ],
  ];
  for (const [title, listener, actual, remedy] of answers) {
    it(`is refused for ${title}`, async () => {
      const { url } = await serve(listener);
      const error = await failure(runner.install({ mirror: url }), "CLI_DOWNLOAD_FAILED");
      assert.match(error.details.actual ?? "", actual);
      assert.match(error.details.remedy ?? "", remedy);
      await nothingLeft();
    });
  }

  it("recognises an archive that arrives byte by byte", async () => {
    const { url } = await serve((_, response) => {
      const send = (at: number): void => {
        if (at === 6) response.end(ARCHIVE.subarray(at));
        else response.write(ARCHIVE.subarray(at, at + 1), () => setTimeout(send, 2, at + 1));
      };
      send(0);
    });
    assert.equal((await runner.install({ mirror: url })).verified, "pinned");
  });

  it("is the release site by default, behind the runner's proxy", async () => {
    const certificate = selfSignedCertificate({ dns: ["github.com"], ip: [] });
    const files = site({ [`/databricks/cli/releases/download${PATH}`]: ARCHIVE });
    const proxy = await listenAsProxy(await serve(files.listener, certificate));
    started.push(proxy);
    const ca = join(runner.tempFolder, "ca.pem");
    await writeFile(ca, certificate.cert);
    const environment = { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: ca };
    const installed = await runner.install({ mirror: undefined }, { environment });
    assert.equal(installed.verified, "pinned");

    const absent = runner.install(
      { mirror: undefined, version: "1.99.0", sha256: sha256("x") },
      { environment },
    );
    assert.match(
      (await failure(absent, "CLI_DOWNLOAD_FAILED")).details.remedy ?? "",
      /not a release for this platform/,
    );
    const distrusted = { HTTPS_PROXY: proxy.url };
    const error = await failure(
      runner.install({ mirror: undefined, toolCache: undefined }, { environment: distrusted }),
      "CLI_DOWNLOAD_FAILED",
    );
    assert.match(error.details.remedy ?? "", /SSL_CERT_FILE/);
  });

  it("names the proxy that refuses", async () => {
    const proxy = await listenAsProxy({ port: 1 }, 403);
    started.push(proxy);
    const work = runner.install({ mirror: undefined }, { environment: { HTTPS_PROXY: proxy.url } });
    assert.match(
      (await failure(work, "CLI_DOWNLOAD_FAILED")).details.remedy ?? "",
      /HTTPS_PROXY and NO_PROXY/,
    );
  });

  it("is always <mirror>/v<version>/<file> (property)", () => {
    fc.assert(
      fc.property(fc.webUrl(), (text) => {
        const source = parseCliMirror(text.replace(/^http:/, "https:"));
        const place = placeOf({ source, version: VERSION, name: NAME, limit: 1 });
        assert.equal(new URL(place).host, new URL(text.replace(/^http:/, "https:")).host);
        assert.ok(place.endsWith(PATH));
        assert.doesNotMatch(place.slice(0, -PATH.length), /\/$/);
      }),
    );
  });
});

describe("mirror folder", () => {
  const folder = folders();
  let runner: Runner;
  beforeEach(async () => {
    runner = await new Runner(await folder()).prepare();
  });
  const file = () => join(runner.mirror, `v${VERSION}`, NAME);

  async function reason(work = runner.install()): Promise<string> {
    const error = await failure(work, "CLI_DOWNLOAD_FAILED");
    assert.deepEqual(await tree(runner.tempFolder), []);
    return error.details.actual ?? "";
  }

  it("must hold the file", async () => {
    await rm(file());
    assert.equal(await reason(), "there is none");
  });

  it("must hold it as a file", async () => {
    await rm(file());
    await mkdir(file());
    assert.equal(await reason(), "it is not a regular file");
  });

  it("is not waited for when there is a pipe", async () => {
    await rm(file());
    execFileSync("/usr/bin/mkfifo", [file()]);
    assert.equal(await reason(), "it is not a regular file");
  });

  it("must be on this runner", async () => {
    assert.match(
      await reason(runner.install({ mirror: "C:\\mirror" })),
      /not an absolute path on this runner/,
    );
  });

  it("must be readable", async () => {
    const files = broken(systemFiles, "open", NAME, "EACCES");
    assert.match(await reason(runner.install({}, { files })), /EACCES/);
    const odd = broken(systemFiles, "open", NAME, "EWEIRD");
    assert.match(await reason(runner.install({}, { files: odd })), /made by the test/);
  });

  it("may fail while it is read", async () => {
    const handle = Object.assign(new Error("EIO"), { code: "EIO" });
    const files = {
      ...systemFiles,
      open: (async (...args: Parameters<typeof systemFiles.open>) => {
        const opened = await systemFiles.open(...args);
        if (String(args[0]).startsWith(runner.mirror)) opened.read = () => Promise.reject(handle);
        return opened;
      }) as typeof systemFiles.open,
    };
    assert.match(await reason(runner.install({}, { files })), /the disk does not work \(EIO\)/);
  });

  it("must hold a file of a sensible size", async () => {
    const name = "databricks_cli_1.12.0_SHA256SUMS";
    await runner.publish(name, Buffer.alloc(70_000), "1.12.0");
    assert.match(await reason(runner.install({ version: "1.12.0" })), /more than 65536 bytes/);
  });
});
