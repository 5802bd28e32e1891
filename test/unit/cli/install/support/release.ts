import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { SecretlessError, type ErrorCode } from "../../../../../core/base/errors.ts";
import { Scratch } from "../../../../../sandbox/runner/scratch.ts";
import { buildZip, type Member } from "./zip-builder.ts";

export const sha256 = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");

/** A program that a shell can run, and that says which one it is. */
export const program = (says: string): Buffer => Buffer.from(`#!/bin/sh\necho ${says}\n`);

/** A release archive, with its members in the vendor's order. */
export function releaseArchive(content: Buffer, more: Partial<Member> = {}): Buffer {
  return buildZip([
    { name: "CHANGELOG.md", flags: 8 },
    { name: "LICENSE", flags: 8 },
    { name: "databricks", content, flags: 8, ...more },
  ]);
}

/** Serves files by path; what is not there is a 404. `requests` are the paths asked for, in order. */
export function site(content: Readonly<Record<string, Buffer | string>>): {
  listener: RequestListener;
  requests: string[];
  headers: Record<string, unknown>[];
} {
  const requests: string[] = [];
  const headers: Record<string, unknown>[] = [];
  return {
    requests,
    headers,
    listener: (request, response) => {
      requests.push(request.url ?? "");
      headers.push(request.headers);
      const found = Object.hasOwn(content, request.url ?? "") ? content[request.url ?? ""] : undefined;
      if (found === undefined) response.writeHead(404).end();
      else response.end(found);
    },
  };
}

export async function failure(work: Promise<unknown>, code: ErrorCode): Promise<SecretlessError> {
  const error = await work.then(
    () => assert.fail("no error"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SecretlessError, String((error as Error).stack));
  assert.equal(error.code, code, error.message);
  return error;
}

/** Folders that are removed after each test of the suite. */
export function folders(): () => Promise<string> {
  const scratch = new Scratch();
  afterEach(() => scratch.remove());
  return () => scratch.fresh("install");
}

/** All files and folders under `folder`, sorted. */
export async function tree(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}
