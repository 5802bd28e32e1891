import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { RELEASE_SITE } from "../../../../core/cli/install/release.ts";
import { selfSignedCertificate } from "../../support/certificate.ts";
import { listenAsProxy } from "../../support/servers.ts";
import { failure, folders } from "./support/release.ts";
import { content, httpFailure, servers } from "./support/transfer.ts";

describe("redirects of a mirror", () => {
  const { serve } = servers();

  async function redirecting(location: string) {
    return serve((request, response) => {
      if (request.url === "/end") response.end("the file");
      else response.writeHead(302, { location }).end();
    });
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`are followed within its origin (${String(status)})`, async () => {
      const { url } = await serve((request, response) => {
        if (request.url === "/x/end") response.end("the file");
        else response.writeHead(status, { location: "../x/end" }).end();
      });
      assert.equal(await content(`${url}/x/start`), "the file");
    });
  }

  const elsewhere: readonly (readonly [string, string])[] = [
    ["another host", "https://evil.example/x"],
    ["another port", "http://127.0.0.1:1/x"],
    ["another name of the same host", "http://localhost/x"],
    ["another scheme", "file:///etc/passwd"],
  ];
  for (const [title, location] of elsewhere) {
    it(`are refused to ${title}`, async () => {
      const { url } = await redirecting(location);
      const error = await failure(content(`${url}/start`), "CLI_DOWNLOAD_FAILED");
      assert.match(error.message, /^A redirect of http:\/\/127\.0\.0\.1:\d+ was not followed: it leads to /);
    });
  }

  it("are refused when they carry a password, which is not shown", async () => {
    const { port, url } = await redirecting("http://user:hunter22@127.0.0.1:1/end");
    assert.ok(port > 0);
    const error = await failure(content(`${url}/start`), "CLI_DOWNLOAD_FAILED");
    assert.match(error.message, /user or a password/);
    assert.ok(!JSON.stringify(error.details).includes("hunter22"));
  });

  it("are refused when they lead nowhere, or in a circle", async () => {
    const nowhere = await redirecting("http://[");
    const error = await failure(content(`${nowhere.url}/start`), "CLI_DOWNLOAD_FAILED");
    assert.match(error.message, /not a URL/);
    let requests = 0;
    const circle = await serve((_, response) => {
      requests++;
      response.writeHead(302, { location: "/again" }).end();
    });
    assert.match(
      (await failure(content(`${circle.url}/start`), "CLI_DOWNLOAD_FAILED")).message,
      /more than 5 redirects/,
    );
    assert.equal(requests, 6);
  });

  it("are an odd answer without a Location", async () => {
    const { url } = await serve((_, response) => response.writeHead(302).end());
    assert.equal((await httpFailure(content(url))).status, 302);
  });
});

describe("download from the release site", () => {
  const { serve, started } = servers();
  const folder = folders();
  const certificate = selfSignedCertificate({
    dns: ["github.com", "release-assets.githubusercontent.com"],
    ip: [[127, 0, 0, 1]],
  });

  /** The site and its object store behind a proxy, and the environment of a runner that must use it. */
  async function world(listener: RequestListener, refuse?: number) {
    const origin = await serve(listener, certificate);
    const proxy = await listenAsProxy(origin, refuse);
    started.push(proxy);
    const ca = join(await folder(), "ca.pem");
    await writeFile(ca, certificate.cert);
    return { proxy, environment: { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: ca } };
  }

  const file = `${RELEASE_SITE}/v1.9.0/databricks_cli_1.9.0_linux_amd64.zip`;

  it("follows its redirect to the object store, through the proxy and with the CA of the runner", async () => {
    const hosts: unknown[] = [];
    const { proxy, environment } = await world((request, response) => {
      hosts.push(request.headers.host);
      if (request.headers.host === "github.com") {
        response
          .writeHead(302, {
            location: "https://release-assets.githubusercontent.com/1/2?sig=abc",
            "set-cookie": "a=b",
          })
          .end();
      } else {
        assert.equal(request.headers.cookie, undefined);
        response.end("the file");
      }
    });
    assert.equal(await content(file, { environment, redirects: "https" }), "the file");
    assert.deepEqual(hosts, ["github.com", "release-assets.githubusercontent.com"]);
    assert.deepEqual(proxy.seen, [
      "CONNECT github.com:443",
      "CONNECT release-assets.githubusercontent.com:443",
    ]);
  });

  it("does not show the query of a signed URL", async () => {
    const { environment } = await world((request, response) => {
      if (request.headers.host !== "github.com") response.writeHead(403).end();
      else
        response
          .writeHead(302, { location: "https://release-assets.githubusercontent.com/1/2?sig=abc" })
          .end();
    });
    const error = await httpFailure(content(file, { environment, redirects: "https" }));
    assert.match(error.message, /release-assets\.githubusercontent\.com\/1\/2 was answered with status 403/);
    assert.ok(!error.message.includes("sig="));
  });

  it("refuses to leave https", async () => {
    const { environment } = await world((_, response) =>
      response.writeHead(302, { location: "http://portal.example/login" }).end(),
    );
    const error = await failure(content(file, { environment, redirects: "https" }), "CLI_DOWNLOAD_FAILED");
    assert.match(error.message, /leads to http:\/\/portal\.example/);
  });

  it("tells a proxy's refusal from the site's", async () => {
    const { environment } = await world((_, response) => response.end(), 407);
    const error = await httpFailure(content(file, { environment }));
    assert.equal(error.failure, "proxy");
    assert.equal(error.retryable, false);
  });

  it("gives up a proxy that never answers, and leaves no connection to it", async () => {
    const { proxy, environment } = await world((_, response) => response.end(), 0);
    const error = await httpFailure(content(file, { environment, idle: 60 }));
    assert.equal(error.failure, "timeout");
    const count = await new Promise<number>((resolve, reject) => {
      const look = () => {
        proxy.server.getConnections((problem, open) => {
          if (problem) reject(problem);
          else if (open === 0) resolve(open);
          else setImmediate(look);
        });
      };
      look();
    });
    assert.equal(count, 0);
  });

  it("refuses a certificate that it does not know", async () => {
    const { environment } = await world((_, response) => response.end("x"));
    const error = await httpFailure(content(file, { environment: { HTTPS_PROXY: environment.HTTPS_PROXY } }));
    assert.equal(error.failure, "certificate");
    assert.match(error.message, /through the proxy http:\/\/127\.0\.0\.1/);
  });
});
