import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** The files of a bundle by their path below the checkout. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Lets `use` work with a checkout that has these files, and removes it. */
export async function inCheckout<T>(files: Files, use: (checkout: string) => Promise<T>): Promise<T> {
  const checkout = await realpath(await mkdtemp(path.join(tmpdir(), "bundle-")));
  try {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(checkout, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    return await use(checkout);
  } finally {
    await rm(checkout, { recursive: true, force: true });
  }
}
