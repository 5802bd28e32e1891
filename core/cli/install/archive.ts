import { createHash } from "node:crypto";
import { SecretlessError } from "../../base/errors.ts";
import { redact } from "../../base/redact.ts";
import { parseChecksums } from "./checksums.ts";
import { createFile } from "./files.ts";
import { checksumsName } from "./release.ts";
import { placeOf, readReleaseFile, type ReleaseFile, type SourcePorts } from "./source.ts";

/** How an archive is known to be the right one. */
export type Verified = "pinned" | "given hash" | "SHA256SUMS (not pinned)";

export interface ExpectedHash {
  /** In lower case. */
  readonly sha256: string;
  readonly verified: Verified;
}

/** Bytes; the archive of 1.9.0 has about 20 million. */
const LARGEST_ARCHIVE = 256 * 1024 * 1024;
const LARGEST_CHECKSUMS = 64 * 1024;
/** Enough of a wrong answer to say what it is. */
const QUOTED = 1024;

type Release = Pick<ReleaseFile, "source" | "version">;

/**
 * The hash of `name` by the release's own list of checksums. Whoever can change the one can change the other, so this
 * shows a damaged transfer, not a forged release.
 * @throws SecretlessError `CLI_DOWNLOAD_FAILED`
 */
export async function publishedHash(
  release: Release,
  name: string,
  ports: SourcePorts,
): Promise<ExpectedHash> {
  const file = { ...release, name: checksumsName(release.version), limit: LARGEST_CHECKSUMS };
  const text = await readReleaseFile(
    file,
    async (feed) => {
      const chunks: Buffer[] = [];
      await feed((chunk) => {
        chunks.push(chunk);
        return Promise.resolve();
      });
      return Buffer.concat(chunks).toString("utf8");
    },
    ports,
  );
  const hashes = parseChecksums(text);
  const sha256 = hashes?.get(name);
  if (sha256 !== undefined) return { sha256, verified: "SHA256SUMS (not pinned)" };
  throw new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` does not say the hash of \`${name}\`.`,
    expected: `a line \`<SHA-256>  ${name}\` in ${placeOf(file)}`,
    actual: hashes ? `${String(hashes.size)} other files` : describe(text),
    remedy: `Give the archive's hash as \`cli-sha256\`, or correct \`cli-version\` or \`cli-mirror\`.`,
  });
}

/**
 * Writes the archive to the new file `target` if it has the expected hash; otherwise `target` does not exist afterwards.
 * @throws SecretlessError `CLI_DOWNLOAD_FAILED`, `CLI_HASH_MISMATCH`; an `errno` error of the file system
 */
export async function fetchArchive(
  release: Release & { readonly name: string },
  expected: ExpectedHash,
  target: string,
  ports: SourcePorts,
): Promise<void> {
  const file = { ...release, limit: LARGEST_ARCHIVE };
  await readReleaseFile(
    file,
    (feed) =>
      createFile(ports.files, target, 0o600, async (write) => {
        const hash = createHash("sha256");
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
    ports,
  );
}

/** A gateway's page is best called by its name, not "wrong hash". */
function checkIsZip(head: Buffer, file: ReleaseFile): void {
  if (head.length >= 4 && head.readUInt32LE(0) === 0x04034b50) return;
  throw new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` is not a zip archive.`,
    expected: `the archive at ${placeOf(file)}`,
    actual: describe(head.toString("utf8")),
    remedy:
      "If it is the page of a sign-in, a proxy or a mirror's front end, let the file through or correct `cli-mirror`.",
  });
}

function describe(text: string): string {
  if (text === "") return "an empty file";
  if (!/<(?:!doctype html|html|head|body)\b/i.test(text)) return "something else";
  const title = /<title[^>]*>([^<]{1,80})/i.exec(text)?.[1]?.trim();
  return title === undefined ? "a web page" : `a web page with the title ${JSON.stringify(redact(title))}`;
}

const EXPLAINED: Readonly<Record<Verified, { readonly origin: string; readonly remedy: string }>> = {
  pinned: {
    origin: "pinned in this product",
    remedy:
      "Do not use this archive: it is not what Databricks published. Find out who changed it, at the mirror first.",
  },
  "given hash": {
    origin: "given as `cli-sha256`",
    remedy:
      "Check that `cli-sha256` is the hash of the .zip file of this version for this very platform; if it is, do not use this archive.",
  },
  "SHA256SUMS (not pinned)": {
    origin: "by the release's SHA256SUMS",
    remedy:
      "Archive and SHA256SUMS do not belong together: run again, and if it stays so, correct the mirror.",
  },
};

function mismatch(file: ReleaseFile, expected: ExpectedHash, actual: string, size: number): SecretlessError {
  const { origin, remedy } = EXPLAINED[expected.verified];
  return new SecretlessError("CLI_HASH_MISMATCH", {
    problem: `\`${file.name}\` has another hash than expected; it was not used and is deleted.`,
    expected: `SHA-256 ${expected.sha256} (${origin})`,
    actual: `SHA-256 ${actual} (${String(size)} bytes, from ${placeOf(file)})`,
    remedy,
  });
}
