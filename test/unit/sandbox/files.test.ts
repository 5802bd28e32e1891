import assert from "node:assert/strict";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import type { JsonObject } from "../../../sandbox/http/json.ts";
import { good, refused, sandboxForEachTest, type Answer } from "./client.ts";

describe("sandbox: files", () => {
  const rig = sandboxForEachTest();
  const HOME = `/Workspace/Users/${DEPLOYER.applicationId}`;
  const importFile = (path: string, content: string, overwrite = false) =>
    rig.api(
      "POST",
      `/api/2.0/workspace-files/import-file/${encodeURIComponent(path.slice(1))}?overwrite=${String(overwrite)}`,
      Buffer.from(content),
    );
  const status = (path: string) =>
    rig.api("GET", `/api/2.0/workspace/get-status?path=${encodeURIComponent(path)}`);
  const exported = async (path: string) =>
    (await rig.api("GET", `/api/2.0/workspace/export?path=${encodeURIComponent(path)}&direct_download=true`))
      .text;

  it("has home folders and no others", async () => {
    assert.equal((await good(status(HOME)))["object_type"], "DIRECTORY");
    await refused(status("/Workspace/Users/nobody"), 404, "RESOURCE_DOES_NOT_EXIST");
    await refused(rig.api("GET", "/api/2.0/workspace/get-status"), 400, "INVALID_PARAMETER_VALUE");
  });

  it("keeps a lock to one: a second import without overwrite is a 409 and changes nothing", async () => {
    const lock = `${HOME}/state/deploy.lock`;
    await refused(importFile(lock, "mine"), 404, "RESOURCE_DOES_NOT_EXIST");
    await good(rig.api("POST", "/api/2.0/workspace/mkdirs", { path: `${HOME}/state` }));
    const [one, other] = await Promise.all([importFile(lock, "one"), importFile(lock, "other")]);
    assert.deepEqual([one.status, other.status].sort(), [200, 409]);
    assert.equal(await exported(lock), one.status === 200 ? "one" : "other");
    await good(importFile(lock, "forced", true));
    assert.equal(await exported(lock), "forced");
  });

  it("stores a source file with the notebook header, and an .ipynb, as a notebook without extension", async () => {
    for (const [file, source, language] of [
      ["a.py", "# Databricks notebook source\n1", "PYTHON"],
      ["b.sql", "-- Databricks notebook source\nSELECT 1", "SQL"],
      ["c.scala", "// Databricks notebook source\n1", "SCALA"],
      ["d.r", "# Databricks notebook source\n1", "R"],
      ["e.ipynb", "{}", "PYTHON"],
    ] as const) {
      await good(importFile(`${HOME}/${file}`, source));
      const found = await good(status(`${HOME}/${file[0]!}`));
      assert.deepEqual([found["object_type"], found["language"]], ["NOTEBOOK", language]);
    }
    await good(importFile(`${HOME}/plain.py`, "1"));
    assert.equal((await good(status(`${HOME}/plain.py`)))["object_type"], "FILE");
    await refused(importFile(`${HOME}/a.py`, "# Databricks notebook source"), 400, "RESOURCE_ALREADY_EXISTS");
  });

  it("keeps the object's id when it is overwritten", async () => {
    await good(importFile(`${HOME}/x`, "1"));
    const first = (await good(status(`${HOME}/x`)))["object_id"];
    await good(importFile(`${HOME}/x`, "2", true));
    assert.equal((await good(status(`${HOME}/x`)))["object_id"], first);
  });

  it("imports and exports base64 as well", async () => {
    const content = Buffer.from([0, 1, 255]).toString("base64");
    await good(
      rig.api("POST", "/api/2.0/workspace/import", { path: `${HOME}/bytes`, content, format: "AUTO" }),
    );
    assert.equal(
      (await good(rig.api("GET", `/api/2.0/workspace/export?path=${HOME}/bytes`)))["content"],
      content,
    );
    assert.equal((await rig.api("GET", `/api/2.0/workspace-files${HOME}/bytes`)).status, 200);
    await refused(rig.api("GET", `/api/2.0/workspace/export?path=${HOME}`), 400, "INVALID_PARAMETER_VALUE");
  });

  it("imports parts of a form, as the CLI sends from 1.21 on", async () => {
    const upload = (overwrite: string): Promise<Answer> => {
      const form = new FormData();
      form.set("path", `${HOME}/été/a b.txt`);
      form.set("content", new Blob([new Uint8Array([0, 255, 10])]), "content");
      for (const [name, value] of Object.entries({ format: "AUTO", overwrite })) form.set(name, value);
      return rig.api("POST", "/api/2.0/workspace/import", form);
    };
    await refused(upload("false"), 404, "RESOURCE_DOES_NOT_EXIST");
    await good(rig.api("POST", "/api/2.0/workspace/mkdirs", { path: `${HOME}/été` }));
    await good(upload("false"));
    await refused(upload("false"), 409, "RESOURCE_ALREADY_EXISTS");
    await good(upload("true"));
    const path = encodeURIComponent(`${HOME}/été/a b.txt`);
    const { content } = (await rig.api("GET", `/api/2.0/workspace/export?path=${path}`)).body;
    assert.equal(content, Buffer.from([0, 255, 10]).toString("base64"));
  });

  it("deletes a full folder only recursively", async () => {
    await good(rig.api("POST", "/api/2.0/workspace/mkdirs", { path: `${HOME}/a/b` }));
    await refused(
      rig.api("POST", "/api/2.0/workspace/delete", { path: `${HOME}/a` }),
      400,
      "DIRECTORY_NOT_EMPTY",
    );
    await good(rig.api("POST", "/api/2.0/workspace/mkdirs", { path: `${HOME}/ab` }));
    await good(rig.api("POST", "/api/2.0/workspace/delete", { path: `${HOME}/a`, recursive: true }));
    const { objects } = await good(rig.api("GET", `/api/2.0/workspace/list?path=${HOME}`));
    assert.deepEqual(
      (objects as JsonObject[]).map(({ path }) => path),
      [`${HOME}/ab`],
    );
    await refused(
      rig.api("POST", "/api/2.0/workspace/delete", { path: `${HOME}/a` }),
      404,
      "RESOURCE_DOES_NOT_EXIST",
    );
  });

  it("makes no folder of a file and no file of a folder", async () => {
    await good(importFile(`${HOME}/x`, "1"));
    await refused(
      rig.api("POST", "/api/2.0/workspace/mkdirs", { path: `${HOME}/x/y` }),
      400,
      "RESOURCE_ALREADY_EXISTS",
    );
    await refused(importFile(HOME, "1", true), 400, "INVALID_PARAMETER_VALUE");
  });
});
