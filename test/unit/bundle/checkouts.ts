import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** The files of a bundle by their path below the checkout. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A new checkout with these files. */
export async function makeCheckout(files: Files): Promise<string> {
  const checkout = await realpath(await mkdtemp(path.join(tmpdir(), "bundle-")));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(checkout, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return checkout;
}

export function removeCheckout(checkout: string): Promise<void> {
  return rm(checkout, { recursive: true, force: true });
}

/** Lets `use` work with a checkout that has these files, and removes it. */
export async function inCheckout<T>(files: Files, use: (checkout: string) => Promise<T>): Promise<T> {
  const checkout = await makeCheckout(files);
  try {
    return await use(checkout);
  } finally {
    await removeCheckout(checkout);
  }
}
