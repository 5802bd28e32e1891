import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  isInside
} from "./chunk-RX5L7H32.js";
import {
  retry
} from "./chunk-2XX4P25X.js";
import {
  parseCliMirror,
  parseCliVersion,
  parseSha256
} from "./chunk-QEY6PIFV.js";
import {
  certificates,
  proxyAgent,
  proxyFor
} from "./chunk-D2AVMEXD.js";
import {
  HttpError,
  isRetryableStatus,
  nameOf,
  statusError,
  transportError
} from "./chunk-EVBQBKWY.js";
import "./chunk-W6LVRVHZ.js";
import {
  redact
} from "./chunk-UWXWV5QH.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";
import "./chunk-U4GNHYLL.js";

// core/databricks/install/install.ts
import { randomUUID as randomUUID2 } from "node:crypto";
import { isAbsolute as isAbsolute2, join as join3 } from "node:path";

// core/databricks/install/archive.ts
import { createHash as createHash2 } from "node:crypto";

// core/databricks/install/checksums.ts
var LINE = /^([\da-f]{64}) [ *](\S(?:.*\S)?)$/i;
function parseChecksums(text) {
  const found = /* @__PURE__ */ new Map();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const [, hash, name] = LINE.exec(line) ?? [];
    if (hash === void 0 || name === void 0) return void 0;
    const lower = hash.toLowerCase();
    if ((found.get(name) ?? lower) !== lower) return void 0;
    found.set(name, lower);
  }
  return found;
}

// core/databricks/install/files.ts
import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
var systemFiles = fs;
var CHUNK = 128 * 1024;
async function createFile(files, file, mode, fill) {
  const handle = await files.open(file, "wx", mode);
  try {
    try {
      const result = await fill((chunk) => writeAll(handle, chunk));
      await handle.chmod(mode);
      await handle.sync();
      return result;
    } finally {
      await handle.close();
    }
  } catch (error) {
    await files.rm(file, { force: true });
    throw error;
  }
}
async function writeAll(handle, chunk) {
  for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
}
async function* readRange(handle, start, end, reused) {
  for (let at = start; at < end; ) {
    const chunk = reused ?? Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, end - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
async function sha256OfFile(files, file) {
  try {
    if (!(await files.lstat(file)).isFile()) return void 0;
    const handle = await files.open(file, "r");
    try {
      const hash = createHash("sha256");
      for await (const chunk of readRange(handle, 0, Infinity, Buffer.allocUnsafe(CHUNK))) hash.update(chunk);
      return hash.digest("hex");
    } finally {
      await handle.close();
    }
  } catch {
    return void 0;
  }
}
var DISK_PROBLEMS = {
  EACCES: "it may not be written to",
  EBUSY: "a file in it is in use",
  EDQUOT: "the disk quota is used up",
  EEXIST: "something else is in the way",
  EFBIG: "the file would be too large for it",
  EIO: "the disk does not work",
  EISDIR: "something else is in the way",
  ELOOP: "it is a loop of links",
  ENAMETOOLONG: "the path is too long",
  ENOENT: "it does not exist and cannot be created",
  ENOSPC: "the disk is full",
  ENOTDIR: "something else is in the way",
  EPERM: "it may not be written to",
  EROFS: "it is read-only"
};
function diskProblem(error) {
  const { code } = error;
  const text = code === void 0 ? void 0 : DISK_PROBLEMS[code];
  return text === void 0 ? void 0 : `${text} (${code ?? ""})`;
}

// core/databricks/install/release.ts
var RELEASE_SITE = "https://github.com/databricks/cli/releases/download";
var SYSTEMS = { linux: "linux", darwin: "darwin", win32: "windows" };
var PROCESSORS = { x64: "amd64", arm64: "arm64" };
function releasePlatform({ os, arch }) {
  return `${SYSTEMS[os]}_${PROCESSORS[arch]}`;
}
function archiveName(version, platform) {
  return `databricks_cli_${version}_${platform}.zip`;
}
function checksumsName(version) {
  return `databricks_cli_${version}_SHA256SUMS`;
}
function programName({ os }) {
  return os === "win32" ? "databricks.exe" : "databricks";
}

// core/databricks/install/source.ts
import { isAbsolute, join } from "node:path";

// core/databricks/install/download.ts
var IDLE = 3e4;
var MOST_REDIRECTS = 5;
var REDIRECTS = /* @__PURE__ */ new Set([301, 302, 303, 307, 308]);
async function download(url, sink, options) {
  const first = new URL(url);
  let at = first;
  for (let hops = 0; ; hops++) {
    const location = await get(at, sink, options);
    if (location === void 0) return;
    if (hops === MOST_REDIRECTS) throw redirectRefused(at, `more than ${String(MOST_REDIRECTS)} redirects`);
    at = redirected(at, location, options.redirects === "https" ? void 0 : first.origin);
  }
}
function redirected(from, location, onlyOrigin) {
  if (!URL.canParse(location, from.href)) throw redirectRefused(from, "its Location is not a URL");
  const to = new URL(location, from);
  if (to.username !== "" || to.password !== "") throw redirectRefused(from, "it holds a user or a password");
  if (onlyOrigin === void 0 ? to.protocol !== "https:" : to.origin !== onlyOrigin) {
    throw redirectRefused(from, `it leads to ${to.protocol}//${to.host}`);
  }
  return to;
}
function redirectRefused(from, reason) {
  return new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `A redirect of ${from.origin} was not followed: ${reason}.`,
    expected: "the file itself; a mirror may redirect within its own host, the release site to other https hosts",
    actual: `${nameOf({ method: "GET", url: from.href })} redirects`,
    remedy: "If a sign-in page or a gateway is in between, let the file through, or use `cli-mirror` for a mirror inside your network."
  });
}
async function get(url, sink, options) {
  const { environment, signal, idle = IDLE } = options;
  const request = { method: "GET", url: url.href };
  signal.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => {
    stop.abort(signal.reason);
  };
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(() => {
    stop.abort(
      new HttpError(`${nameOf(request)} sent nothing for ${String(idle / 1e3)} s`, {
        failure: "timeout",
        retryable: true
      })
    );
  }, idle);
  const secure = url.protocol === "https:";
  const proxy = secure ? proxyFor(url, environment) : void 0;
  let fromSink;
  try {
    const { request: start } = secure ? await import("node:https") : await import("node:http");
    const ca = secure ? await certificates(environment) : [];
    const tls = { rejectUnauthorized: true, ...ca.length > 0 ? { ca } : {} };
    const sent = start(url, {
      headers: { "user-agent": "databricks-secretless", accept: "*/*", "accept-encoding": "identity" },
      signal: stop.signal,
      ...tls,
      ...proxy && { agent: await proxyAgent(proxy, { ...tls, signal: stop.signal }) }
    });
    const answer = await answerTo(sent, request.url);
    const status = answer.statusCode ?? 0;
    if (REDIRECTS.has(status) && answer.headers.location !== void 0) return answer.headers.location;
    if (status !== 200) throw statusError(request, { status, headers: retryHeaders(answer), body: "" });
    let size = 0;
    for await (const chunk of answer) {
      timer.refresh();
      size += chunk.length;
      if (size > options.limit) throw tooLarge(request.url, options.limit);
      await sink(chunk).catch((error) => {
        fromSink = { error };
        throw error;
      });
    }
    return void 0;
  } catch (error) {
    if (fromSink) throw fromSink.error;
    if (stop.signal.aborted) throw stop.signal.reason;
    if (error instanceof HttpError || error instanceof SecretlessError) throw error;
    throw transportError(request, error, proxy?.url.origin);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    stop.abort();
  }
}
function answerTo(sent, url) {
  return new Promise((resolve, reject) => {
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.on("proxyConnect", ({ statusCode }) => {
      if (statusCode === 200) return;
      reject(
        new HttpError(
          `The proxy refused ${nameOf({ method: "GET", url })} with status ${String(statusCode)}`,
          {
            failure: "proxy",
            retryable: isRetryableStatus(statusCode)
          }
        )
      );
      sent.destroy();
    });
    sent.end();
  });
}
function retryHeaders({ headers }) {
  const { date, "retry-after": retryAfter } = headers;
  return {
    ...date !== void 0 && { date },
    ...retryAfter !== void 0 && { "retry-after": retryAfter }
  };
}
function tooLarge(url, limit) {
  return new HttpError(
    `${nameOf({ method: "GET", url })} was answered with more than ${String(limit)} bytes`,
    {
      failure: "too-large",
      retryable: false
    }
  );
}

// core/databricks/install/source.ts
function placeOf({ source, version, name }) {
  if (source?.kind === "folder") return join(source.path, `v${version}`, name);
  return `${source?.base ?? RELEASE_SITE}/v${version}/${name}`;
}
async function readReleaseFile(file, receive, ports) {
  const { source } = file;
  if (source?.kind === "folder") return receive((sink) => readFromFolder(file, source.path, sink, ports));
  let running;
  try {
    return await retry(
      (signal) => {
        const attempt = receive(
          (sink) => download(placeOf(file), sink, {
            environment: ports.environment,
            redirects: source ? "same origin" : "https",
            limit: file.limit,
            signal
          })
        );
        running = attempt.catch(() => void 0);
        return attempt;
      },
      {
        clock: ports.clock,
        deadline: ports.deadline,
        signal: ports.signal,
        onRetry: ({ message }, wait) => {
          ports.log(`${message}; the next try is in ${(wait / 1e3).toFixed(1)} s.`);
        }
      }
    );
  } catch (error) {
    throw error instanceof HttpError ? notDownloaded(file, error) : error;
  } finally {
    await running;
  }
}
async function readFromFolder(file, folder, sink, ports) {
  const { files, signal } = ports;
  const path = placeOf(file);
  const unreadable = (actual) => new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `The mirror folder does not give \`${file.name}\`.`,
    expected: `a readable file ${path}`,
    actual,
    remedy: `Put the file of this name from the release ${file.version} there, unchanged, or correct \`cli-mirror\`.`
  });
  if (!isAbsolute(folder)) throw unreadable("the folder is not an absolute path on this runner");
  const handle = await open(files, path).catch((error) => {
    throw unreadable(error.message);
  });
  try {
    const { size } = await handle.stat();
    if (size > file.limit) throw unreadable(`it has more than ${String(file.limit)} bytes`);
    for await (const chunk of readable(readRange(handle, 0, size), unreadable)) {
      signal.throwIfAborted();
      await sink(chunk);
    }
  } finally {
    await handle.close();
  }
}
async function* readable(chunks, unreadable) {
  try {
    yield* chunks;
  } catch (error) {
    throw unreadable(diskProblem(error) ?? error.message);
  }
}
async function open(files, path) {
  try {
    if (!(await files.stat(path)).isFile()) throw new Error("it is not a regular file");
    return await files.open(path, "r");
  } catch (error) {
    const { code } = error;
    throw code === "ENOENT" ? new Error("there is none") : new Error(diskProblem(error) ?? error.message);
  }
}
function notDownloaded(file, error) {
  return new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` could not be downloaded.`,
    expected: `the file at ${placeOf(file)}`,
    actual: error.message,
    remedy: remedyFor(file, error),
    cause: error
  });
}
var OFFLINE = "If this runner cannot reach it, set `cli-mirror` to a mirror or a folder that it can reach, or install the Databricks CLI on the runner beforehand.";
function remedyFor({ source, version }, { status, failure }) {
  if (status === 404) {
    return source ? `Put the files of the release ${version} under v${version}/ of the mirror, or correct \`cli-version\` or \`cli-mirror\`.` : `Correct \`cli-version\`: ${version} is not a release for this platform.`;
  }
  if (status === 401 || status === 403) {
    return "The server wants a sign-in, and no credential is ever sent: use a mirror that may be read without one.";
  }
  if (failure === "certificate") {
    return "Name your organisation's CA in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE on the runner.";
  }
  if (failure === "proxy") return "Let the proxy allow this host, or correct HTTPS_PROXY and NO_PROXY.";
  return OFFLINE;
}

// core/databricks/install/archive.ts
var LARGEST_ARCHIVE = 256 * 1024 * 1024;
var LARGEST_CHECKSUMS = 64 * 1024;
var QUOTED = 1024;
async function publishedHash(release, name, ports) {
  const file = { ...release, name: checksumsName(release.version), limit: LARGEST_CHECKSUMS };
  const text = await readReleaseFile(
    file,
    async (feed) => {
      const chunks = [];
      await feed((chunk) => {
        chunks.push(chunk);
        return Promise.resolve();
      });
      return Buffer.concat(chunks).toString("utf8");
    },
    ports
  );
  const hashes = parseChecksums(text);
  const sha256 = hashes?.get(name);
  if (sha256 !== void 0) return { sha256, verified: "SHA256SUMS (not pinned)" };
  throw new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` does not say the hash of \`${name}\`.`,
    expected: `a line \`<SHA-256>  ${name}\` in ${placeOf(file)}`,
    actual: hashes ? `${String(hashes.size)} other files` : describe(text),
    remedy: `Give the archive's hash as \`cli-sha256\`, or correct \`cli-version\` or \`cli-mirror\`.`
  });
}
async function fetchArchive(release, expected, target, ports) {
  const file = { ...release, limit: LARGEST_ARCHIVE };
  await readReleaseFile(
    file,
    (feed) => createFile(ports.files, target, 384, async (write) => {
      const hash = createHash2("sha256");
      let size = 0;
      let head = Buffer.alloc(0);
      await feed(async (chunk) => {
        if (head.length < QUOTED) head = Buffer.concat([head, chunk.subarray(0, QUOTED)]);
        if (head.length >= 4) checkIsZip(head, file);
        size += chunk.length;
        hash.update(chunk);
        await write(chunk);
      });
      checkIsZip(head, file);
      const actual = hash.digest("hex");
      if (actual !== expected.sha256) throw mismatch(file, expected, actual, size);
    }),
    ports
  );
}
function checkIsZip(head, file) {
  if (head.length >= 4 && head.readUInt32LE(0) === 67324752) return;
  throw new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` is not a zip archive.`,
    expected: `the archive at ${placeOf(file)}`,
    actual: describe(head.toString("utf8")),
    remedy: "If it is the page of a sign-in, a proxy or a mirror's front end, let the file through or correct `cli-mirror`."
  });
}
function describe(text) {
  if (text === "") return "an empty file";
  if (!/<(?:!doctype html|html|head|body)\b/i.test(text)) return "something else";
  const title = /<title[^>]*>([^<]{1,80})/i.exec(text)?.[1]?.trim();
  return title === void 0 ? "a web page" : `a web page with the title ${JSON.stringify(redact(title))}`;
}
var EXPLAINED = {
  pinned: {
    origin: "pinned in this product",
    remedy: "Do not use this archive: it is not what Databricks published. Find out who changed it, at the mirror first."
  },
  "given hash": {
    origin: "given as `cli-sha256`",
    remedy: "Check that `cli-sha256` is the hash of the .zip file of this version for this very platform; if it is, do not use this archive."
  },
  "SHA256SUMS (not pinned)": {
    origin: "by the release's SHA256SUMS",
    remedy: "Archive and SHA256SUMS do not belong together: run again, and if it stays so, correct the mirror."
  }
};
function mismatch(file, expected, actual, size) {
  const { origin, remedy } = EXPLAINED[expected.verified];
  return new SecretlessError("CLI_HASH_MISMATCH", {
    problem: `\`${file.name}\` has another hash than expected; it was not used and is deleted.`,
    expected: `SHA-256 ${expected.sha256} (${origin})`,
    actual: `SHA-256 ${actual} (${String(size)} bytes, from ${placeOf(file)})`,
    remedy
  });
}

// core/databricks/install/pinned.json
var pinned_default = {
  "1.13.0": {
    windows_amd64: "afbfee3645f90debf932dc048ccea986ef8fc4ecc785d98e6c21585583df1c51",
    windows_arm64: "11701dcab0a29d77b9a5434c0050ddcc62a98ed941f852ca89ce5dfc01b474f9"
  },
  "1.9.0": {
    darwin_amd64: "488f039954fd820bb9ad5fa94cd37a45e08607d3c22b22cfe8aeb982bc1aa063",
    darwin_arm64: "4a955804994764ef68f76563ec4aaf966cf0ab14175d1a10768e41c9be016551",
    linux_amd64: "10938da31db7f89e6e90f6be41d340e3387231e5da5125cfc97ecb8cb66f6394",
    linux_arm64: "a4fcc3b70ed4b26f0e8064e39287d0692218cf3d2f549042d66d04c9ad2d692a",
    windows_amd64: "1785d3b135e4b6a8e105ca18791b9dd39aef9e7d73bc71bcd17934ec1a02e6b2",
    windows_arm64: "ac77338f19dde29c1594e71048ab89a7c5bde763edd2a457fa9c3511a279dbd0"
  },
  "1.8.0": {
    darwin_amd64: "592f4c5f829f431e0af6229559bd773a32b9ccb56785a4412fef1f8ed65c4d10",
    darwin_arm64: "acdd0e1948a1d6791510b1fb7978daf45115e4b4fdb4aa1c98cd8037713c6f2d",
    linux_amd64: "915150a284f24376f44a2f89741319da32e6891eb4a7568199bbe0f6f3dfea02",
    linux_arm64: "0027cfa5cdb54985b52852be9ed7fce923aa352459f37053c78e160613089295",
    windows_amd64: "8cb9604efeed360f3345bdbcc046e4d138ce58d4cb1682bb9d2016eff1627a9f",
    windows_arm64: "1273cb7a7414cf0fc71b688c1d6bacbacaad4ba8cff098782b36eed4af56444c"
  },
  "1.7.0": {
    darwin_amd64: "74b720e0f1cb2e467a52028b7c6df8afcd13e580fc2089e1eb00745742961f13",
    darwin_arm64: "c6dbfa0b968d4b2eccfaf9caf23b21f62aeaacd32d77f07b8d9d96509d77c9b3",
    linux_amd64: "6ea22a7885f60592a5d22e686fdf9a761a9ee3ff80097cb35a941481b185631d",
    linux_arm64: "51beb165f3d8fee17449e8866b09d2216475e95178ecc028a1166005ced88e3c"
  },
  "1.6.0": {
    darwin_amd64: "284915dfae8225bcc8641b1a34fbed9890d9eb88c1922f2643568cc4c81774fc",
    darwin_arm64: "2184c4e4d501200192a2216f58299bcb181ade838c4dfa7cb56dc6f3f8d82096",
    linux_amd64: "16b236a8ca36bcacb533acef531d6a40f293e18148c09150fa5f0d40ed64fafd",
    linux_arm64: "a14e4c2fe4cce01cc4a55589ffa13e4cd9f47939827f00118e8d46ea3c542faf"
  },
  "1.5.0": {
    darwin_amd64: "ed4be3d15844c2791440d220e42e991bf6a87135fc5db7415f21bc370c04f9bc",
    darwin_arm64: "a5de6464271f791650d4ef2bdd0ea88d656a5d66f408e0a630908b29790715d7",
    linux_amd64: "140e0d41e474ff236594c9e8ff99c57244053077107cf6a4bed529bb65d904a8",
    linux_arm64: "593354affe6ae56187728c698f55a3b0125da73f8ea83f769765b68460554df7"
  },
  "1.4.0": {
    darwin_amd64: "21476c6412735acd58caf17f9b3c77ed4feae36b1cb9a0747274d6a85da176fe",
    darwin_arm64: "2664357d5e6d448c5143ba9e06c12e27e3c3cae4a21cffe3eb04b3762d5520a1",
    linux_amd64: "cd15f02ef19530b0601396f247c4dc90a7a84c80ef718b294d7f7f0dd5140c5b",
    linux_arm64: "7eb279ac8d5476a13354b85aa298f9bcbbe7ad3fc443612b34cc6635d45bfe79"
  },
  "1.3.0": {
    darwin_amd64: "68fe4e75e3bd208138b6f433c9186a02e6d35fa34f4ab54eb4f70ce67891d222",
    darwin_arm64: "0f8afca2a01176c2b76e72aaf57e3621f6ea8030c5154cff52bf06af83f05e25",
    linux_amd64: "a498ad7bda843141cfc5f2225b75e9c84f724007a4fe923d5cff557b417bce6a",
    linux_arm64: "fbc885420572175136e4e05f341e4148e9a6a2923b2f3ad9b0e65fc36f96239a"
  },
  "1.2.1": {
    darwin_amd64: "cef85612a993c6184051724bd366b121d79cc97f421b4ab3a0abbf0ea28c4bc7",
    darwin_arm64: "50afdf28ca4c21081ceb3bd328ebf4c650d0698e7acc4a6f73161429825dc2dd",
    linux_amd64: "c67a51ed21953e409b3e2ce144b035a56487033c58187f6313e3f3af8a88e282",
    linux_arm64: "dcbf7aa3f526eb09b4b0572f00e7747a3444aa9d8971535f228b8ea1fc53489e"
  },
  "1.2.0": {
    darwin_amd64: "70500e5fc3e8a022b5ffeb7afdfc3fed1979555ddaf29ba79a65aae1455f8a90",
    darwin_arm64: "24c5950f37ea045e730735324c282eba908f46619b2f1d0605079d7e2a107218",
    linux_amd64: "d811b2c7d973716bba91f1cf3303bd2759b2b6d41bce41c779bc1255d688ebad",
    linux_arm64: "73383f22262e98a22e23e980c5ea9020a917c0a23925342b5e04610b842c4cba"
  },
  "1.1.0": {
    darwin_amd64: "ede4572ea3669739d46434530515d0f7d19581900558ec851b339d8dd8271849",
    darwin_arm64: "b46f39143bba726c8cd14a5bae975742e53176c23cc7afd22a0113c752ae83f3",
    linux_amd64: "c3a22409e54668c301fae684c83b2600302e2664df10cf1531c194e399f1d397",
    linux_arm64: "472276031a2a308de30cd363821c057d608b6636b64ee44abbb6a42439dead1d"
  },
  "1.0.0": {
    darwin_amd64: "7629c1e01e4d0c528380bcdc67c6cb7cdd85d8690e0f2a43332e63d71a1877fa",
    darwin_arm64: "292d87bf512eadff1e6ac0a76b7eab1f2ce25a57c1996880c905b93de3711dd2",
    linux_amd64: "aef52f23df62bd029bbe25926c5371b69971cabcbcafbf1b33eb58d4f0a416d9",
    linux_arm64: "1d7177de690a64c7f21c277402ff71533d98f128229dfc587119d0de7fd90f40"
  }
};

// core/databricks/install/pinned.ts
var DEFAULT_CLI_VERSION = "1.9.0";
function pinnedSha256(version, platform, pinned = pinned_default) {
  return Object.hasOwn(pinned, version) ? pinned[version]?.[platform] : void 0;
}

// core/databricks/install/tool-cache.ts
import { randomUUID } from "node:crypto";
import { dirname, join as join2 } from "node:path";
var TOOL = "databricks-cli";
var STAGING = ".unpacking-";
var LEFTOVER = 6e5;
function cacheEntry(root, version, platform) {
  const folder = join2(root, TOOL, version, platform.arch);
  return { folder, program: join2(folder, programName(platform)), marker: `${folder}.complete` };
}
async function inspectCache(files, entry, archiveSha256) {
  const text = await files.readFile(entry.marker, "utf8").catch(() => void 0);
  if (text === void 0) return "none";
  const record = parseRecord(text);
  if (!record) return "foreign";
  if (record.archiveSha256 !== archiveSha256) return "other archive";
  return await sha256OfFile(files, entry.program) === record.programSha256 ? "usable" : "damaged";
}
function parseRecord(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return void 0;
  }
  const { archiveSha256, programSha256 } = value ?? {};
  return isSha256(archiveSha256) && isSha256(programSha256) ? { archiveSha256, programSha256 } : void 0;
}
function isSha256(value) {
  return typeof value === "string" && /^[\da-f]{64}$/.test(value);
}
async function placeInCache(entry, placing) {
  const { files, archiveSha256, extract } = placing;
  const parent = dirname(entry.folder);
  await files.mkdir(parent, { recursive: true });
  const staging = join2(parent, `${STAGING}${randomUUID()}`);
  await files.mkdir(staging);
  try {
    const unpacked = join2(staging, "program");
    const programSha256 = await extract(unpacked);
    const found = await inspectCache(files, entry, archiveSha256);
    if (found === "usable") return true;
    if (await sha256OfFile(files, entry.program) !== programSha256) {
      if (found === "foreign") return false;
      await files.mkdir(entry.folder, { recursive: true });
      await files.rename(unpacked, entry.program);
    }
    const record = { archiveSha256, programSha256 };
    const marker = join2(staging, "marker");
    await createFile(files, marker, 420, (write) => write(Buffer.from(`${JSON.stringify(record)}
`)));
    await files.rename(marker, entry.marker);
    return true;
  } finally {
    await files.rm(staging, { recursive: true, force: true }).catch(() => void 0);
  }
}
async function removeLeftovers(files, clock, entry) {
  const parent = dirname(entry.folder);
  const names = await files.readdir(parent).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(STAGING))) {
    const path = join2(parent, name);
    try {
      if (clock.now() - (await files.lstat(path)).mtimeMs > LEFTOVER)
        await files.rm(path, { recursive: true });
    } catch {
    }
  }
}

// core/databricks/install/unzip.ts
import { createHash as createHash3 } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw, crc32 } from "node:zlib";

// core/databricks/install/zip.ts
var LOCAL = { signature: 67324752, size: 30 };
var CENTRAL = { signature: 33639248, size: 46 };
var END = { signature: 101010256, size: 22 };
var LONGEST_COMMENT = 65535;
var MOST_ENTRIES = 1e3;
var MOST_DIRECTORY_BYTES = 1024 * 1024;
var REFUSED_FLAGS = 1 | 32 | 64 | 8192;
var DATA_DESCRIPTOR = 8;
var NAME = /^[^\\:\p{Cc}\p{Cs}\ufffd]+$/u;
var FILE_TYPE = 61440;
var REGULAR = 32768;
var FOLDER = 16384;
async function findMember(handle, wanted, limit) {
  const { size } = await handle.stat();
  const directory = await readDirectory(handle, size);
  const entries = parseDirectory(directory.bytes, directory.count);
  checkNames(entries);
  const entry = entries.find(({ name }) => name === wanted);
  if (!entry) throw refused(`it holds no \`${wanted}\``);
  if (entry.size === 0 || entry.size > limit) {
    throw refused(`\`${wanted}\` has ${String(entry.size)} bytes (at most ${String(limit)} are taken)`);
  }
  return { ...entry, start: await startOfData(handle, entry, directory.start) };
}
async function readDirectory(handle, size) {
  const tailStart = Math.max(0, size - END.size - LONGEST_COMMENT);
  const tail = await read(handle, tailStart, size);
  for (let at = tail.length - END.size; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END.signature) continue;
    if (at + END.size + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const count = tail.readUInt16LE(at + 10);
    const bytes = tail.readUInt32LE(at + 12);
    const start = tail.readUInt32LE(at + 16);
    if (count === 65535 || bytes === 4294967295 || start === 4294967295)
      throw refused("it is a zip64 archive");
    if (tail.readUInt32LE(at + 4) !== 0 || tail.readUInt16LE(at + 8) !== count) {
      throw refused("it is one part of several");
    }
    if (start + bytes !== tailStart + at) throw refused("its directory is not where it should be");
    if (count > MOST_ENTRIES || bytes > MOST_DIRECTORY_BYTES) throw refused("it has too many members");
    return { start, count, bytes: await read(handle, start, start + bytes) };
  }
  throw refused("it has no end record: it is no zip archive, or cut off");
}
function parseDirectory(bytes, count) {
  const entries = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + CENTRAL.size > bytes.length || bytes.readUInt32LE(at) !== CENTRAL.signature) {
      throw refused("its directory is damaged");
    }
    const nameEnd = at + CENTRAL.size + bytes.readUInt16LE(at + 28);
    const end = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (end > bytes.length) throw refused("its directory is damaged");
    entries.push(parseEntry(bytes, at, nameEnd));
    at = end;
  }
  if (entries.length !== count) throw refused("its directory has another number of members than it says");
  return entries;
}
function parseEntry(bytes, at, nameEnd) {
  const rawName = bytes.subarray(at + CENTRAL.size, nameEnd);
  const name = rawName.toString("utf8");
  const system = bytes.readUInt8(at + 5);
  const flags = bytes.readUInt16LE(at + 8);
  const method = bytes.readUInt16LE(at + 10);
  const compressedSize = bytes.readUInt32LE(at + 20);
  const size = bytes.readUInt32LE(at + 24);
  const headerAt = bytes.readUInt32LE(at + 42);
  if ([compressedSize, size, headerAt].includes(4294967295)) throw refused("it is a zip64 archive");
  if (bytes.readUInt16LE(at + 34) !== 0) throw refused("it is one part of several");
  if ((flags & REFUSED_FLAGS) !== 0) throw refused(`\`${name}\` is encrypted or patched`);
  if (method !== 0 && method !== 8) throw refused(`\`${name}\` is compressed by method ${String(method)}`);
  const type = system === 3 || system === 19 ? bytes.readUInt16LE(at + 40) & FILE_TYPE : 0;
  if (type !== 0 && type !== (name.endsWith("/") ? FOLDER : REGULAR)) {
    throw refused(`\`${name}\` is a link or another special file`);
  }
  return {
    name,
    rawName,
    flags,
    method: method === 0 ? "stored" : "deflated",
    compressedSize,
    size,
    crc32: bytes.readUInt32LE(at + 16),
    headerAt,
    start: headerAt
  };
}
function checkNames(entries) {
  const seen = /* @__PURE__ */ new Set();
  for (const { name } of entries) {
    const segments = name.replace(/\/$/, "").split("/");
    if (!NAME.test(name) || segments.some((segment) => segment === "" || /^\.{1,2}$/.test(segment))) {
      throw refused(`${JSON.stringify(name)} is no plain path inside the archive`);
    }
    const folded = segments.join("/").normalize("NFC").toLowerCase();
    if (seen.has(folded)) throw refused(`${JSON.stringify(name)} is in it twice`);
    seen.add(folded);
  }
}
async function startOfData(handle, entry, directoryStart) {
  const at = entry.headerAt;
  const header = await read(handle, at, at + LOCAL.size);
  if (header.readUInt32LE(0) !== LOCAL.signature) throw refused("a member is not where its directory says");
  const nameSize = header.readUInt16LE(26);
  const start = at + LOCAL.size + nameSize + header.readUInt16LE(28);
  const rawName = await read(handle, at + LOCAL.size, at + LOCAL.size + nameSize);
  const method = header.readUInt16LE(8) === 0 ? "stored" : "deflated";
  const sizes = [header.readUInt32LE(14), header.readUInt32LE(18), header.readUInt32LE(22)];
  const deferred = (entry.flags & DATA_DESCRIPTOR) !== 0 && sizes.every((value) => value === 0);
  const same = [entry.crc32, entry.compressedSize, entry.size].every(
    (value, index) => value === sizes[index]
  );
  if (!rawName.equals(entry.rawName) || method !== entry.method || header.readUInt16LE(6) !== entry.flags || !(deferred || same)) {
    throw refused(`\`${entry.name}\` is described in two ways`);
  }
  if (start + entry.compressedSize > directoryStart) throw refused(`\`${entry.name}\` is cut off`);
  return start;
}
async function read(handle, start, end) {
  const chunks = [];
  for await (const chunk of readRange(handle, start, end)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== end - start) throw refused("it is cut off");
  return bytes;
}
function refused(reason) {
  return new SecretlessError("CLI_ARCHIVE_REFUSED", {
    problem: `The archive of the Databricks CLI was refused: ${reason}.`,
    expected: "a release archive as Databricks publishes it",
    remedy: "Get the archive from the release site again; if a mirror serves it, correct the mirror."
  });
}

// core/databricks/install/unzip.ts
var LARGEST_PROGRAM = 512 * 1024 * 1024;
async function extractProgram(files, archive, name, target, limit = LARGEST_PROGRAM) {
  const handle = await files.open(archive, "r");
  try {
    const member = await findMember(handle, name, limit);
    const hash = createHash3("sha256");
    let size = 0;
    let checksum = 0;
    await createFile(files, target, 493, async (write) => {
      const packed = readRange(handle, member.start, member.start + member.compressedSize);
      await unpack(member, packed, async (chunk) => {
        size += chunk.length;
        if (size > member.size) throw refused(`\`${name}\` is larger than the archive says`);
        checksum = crc32(chunk, checksum);
        hash.update(chunk);
        await write(chunk);
      });
      if (size !== member.size || checksum !== member.crc32) throw refused(`\`${name}\` is damaged`);
    });
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}
async function unpack(member, packed, take) {
  if (member.method === "stored") {
    for await (const chunk of packed) await take(chunk);
    return;
  }
  const inflate = createInflateRaw({ chunkSize: 128 * 1024 });
  let refusal;
  try {
    await pipeline(Readable.from(packed), inflate, async (chunks) => {
      for await (const chunk of chunks) {
        await take(chunk).catch((error) => {
          refusal = { error };
          throw error;
        });
      }
    });
  } catch (error) {
    if (refusal) throw refusal.error;
    throw isZlibError(error) ? refused(`\`${member.name}\` is damaged`) : error;
  }
  if (inflate.bytesWritten !== member.compressedSize) {
    throw refused(`\`${member.name}\` is followed by more data`);
  }
}
function isZlibError(error) {
  return /^Z_/.test(String(error.code));
}

// core/databricks/install/install.ts
var TIMEOUT = 18e4;
async function installCli(options, ports) {
  const { platform, files = systemFiles, log } = ports;
  const version = parseCliVersion(options.version ?? DEFAULT_CLI_VERSION);
  const name = archiveName(version, releasePlatform(platform));
  const source = options.mirror === void 0 ? void 0 : parseCliMirror(options.mirror);
  const sourcePorts = {
    clock: ports.clock,
    environment: ports.environment,
    files,
    log,
    deadline: ports.clock.now() + (options.timeout ?? TIMEOUT),
    signal: options.signal ?? new AbortController().signal
  };
  const expected = knownHash(version, options.sha256, ports) ?? await unpinnedHash({ source, version, name }, options.checkout, platform, sourcePorts);
  const roots = await installRoots(options, ports, files);
  const installed = (file, from) => ({
    file,
    version,
    verified: expected.verified,
    from,
    archiveSha256: expected.sha256
  });
  for (const root of roots) {
    const entry = cacheEntry(root, version, platform);
    await removeLeftovers(files, ports.clock, entry);
    const found = await inspectCache(files, entry, expected.sha256);
    if (found === "usable") return installed(entry.program, "tool cache");
    if (found === "damaged") log(`\`${entry.program}\` has changed since it was installed; it is replaced.`);
  }
  const archive = join3(options.tempFolder, `databricks-cli-${randomUUID2()}.zip`);
  try {
    await onDisk(
      options.tempFolder,
      () => fetchArchive({ source, version, name }, expected, archive, sourcePorts)
    );
    const problems = [];
    for (const root of roots) {
      const entry = cacheEntry(root, version, platform);
      const problem = await placeOrProblem(entry, archive);
      if (problem === void 0) return installed(entry.program, "download");
      problems.push(`\`${root}\`: ${problem}`);
      log(`The Databricks CLI cannot be kept in \`${root}\`: ${problem}.`);
    }
    throw notInstalled(problems.join("; "));
  } finally {
    await files.rm(archive, { force: true }).catch(() => void 0);
  }
  async function placeOrProblem(entry, from) {
    try {
      const placed = await placeInCache(entry, {
        files,
        archiveSha256: expected.sha256,
        extract: (target) => extractProgram(files, from, programName(platform), target)
      });
      return placed ? void 0 : "another program has put something else there";
    } catch (error) {
      const problem = diskProblem(error);
      if (problem === void 0) throw error;
      return problem;
    }
  }
}
function knownHash(version, given, { platform, pinned: table }) {
  const pinned = pinnedSha256(version, releasePlatform(platform), table);
  const sha256 = given === void 0 ? void 0 : parseSha256(given);
  if (pinned === void 0) return sha256 === void 0 ? void 0 : { sha256, verified: "given hash" };
  if (sha256 === void 0 || sha256 === pinned) return { sha256: pinned, verified: "pinned" };
  throw new SecretlessError("INPUT_INVALID", {
    problem: `Input \`cli-sha256\` contradicts the hash that is pinned for ${version}.`,
    expected: pinned,
    actual: sha256,
    remedy: "Remove `cli-sha256`: it is for versions that are not pinned. If it comes from the archive that you have, do not use that archive."
  });
}
async function unpinnedHash(release, checkout, platform, ports) {
  const { source, version, name } = release;
  if (source?.kind === "folder" && await isInsideReally(source.path, checkout, platform, ports.files)) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: "Input `cli-mirror` is inside the checkout, and nothing else vouches for what lies there.",
      expected: "a folder outside the checkout, a pinned version, or the archive's hash in `cli-sha256`",
      actual: source.path,
      remedy: "Give `cli-sha256`, use a pinned version, or put the mirror where a pull request cannot change it."
    });
  }
  return publishedHash({ source, version }, name, ports);
}
async function installRoots({ toolCache, tempFolder, checkout }, { platform, log }, files) {
  if (toolCache === void 0) return [tempFolder];
  const unfit = !isAbsolute2(toolCache) ? "it is not an absolute path" : await isInsideReally(toolCache, checkout, platform, files) ? "it is inside the checkout" : void 0;
  if (unfit === void 0) return [toolCache, tempFolder];
  log(`The tool cache \`${toolCache}\` is not used: ${unfit}.`);
  return [tempFolder];
}
async function isInsideReally(path, checkout, platform, files) {
  const real = (one) => files.realpath(one).catch(() => one);
  return isInside(path, checkout, platform) || isInside(await real(path), await real(checkout), platform);
}
async function onDisk(folder, work) {
  try {
    await work();
  } catch (error) {
    const problem = diskProblem(error);
    if (problem === void 0) throw error;
    throw notInstalled(`\`${folder}\`: ${problem}`);
  }
}
function notInstalled(actual) {
  return new SecretlessError("CLI_INSTALL_FAILED", {
    problem: "The Databricks CLI could not be written to disk.",
    expected: "about 100 MB that can be written in the job's temporary folder, and better also in the tool cache",
    actual,
    remedy: "Free disk space on the runner, or let its user write there."
  });
}
export {
  installCli
};
