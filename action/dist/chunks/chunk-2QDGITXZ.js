import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;

// core/access/rest.ts
var ApiFailure = class extends Error {
  name = "ApiFailure";
  status;
  errorCode;
  constructor(status, errorCode, message) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }
  /** The caller lacks a right: 401 and 403, or Databricks' way of hiding an object from those who may not see it. */
  get refused() {
    return this.status === 401 || this.status === 403;
  }
  get missing() {
    return this.status === 404;
  }
};
function field(value, name) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return void 0;
  return Object.hasOwn(value, name) ? value[name] : void 0;
}
function textField(value, name) {
  const found = field(value, name);
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
}
function listField(value, name) {
  const found = field(value, name);
  return Array.isArray(found) ? found : [];
}
var MAX_PAGES = 1e4;
async function listAll(api, path, itemsField, query = {}) {
  const items = [];
  let token = "";
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await api({
      method: "GET",
      path,
      query: token === "" ? query : { ...query, page_token: token }
    });
    items.push(...listField(answer, itemsField));
    const next = textField(answer, "next_page_token");
    if (next === "") return items;
    if (next === token) break;
    token = next;
  }
  throw new ApiFailure(502, "PAGING_BROKEN", `${path} does not come to an end`);
}
async function inParallel(items, work, width = 8) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}

export {
  ApiFailure,
  field,
  textField,
  listField,
  listAll,
  inParallel
};
