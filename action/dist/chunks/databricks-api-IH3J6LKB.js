import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  parse
} from "./chunk-QHD6IKUP.js";
import {
  HttpError,
  retry,
  statusError
} from "./chunk-AUO2N5D2.js";
import "./chunk-UWXWV5QH.js";
import {
  ApiFailure,
  textField
} from "./chunk-2QDGITXZ.js";
import "./chunk-SFZ4L4OV.js";
import "./chunk-U4GNHYLL.js";

// core/access/databricks-api.ts
var DEADLINE = 6e4;
function numberOrDigits(digits) {
  const number = Number(digits);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? digits : number;
}
function readJson(text) {
  try {
    return text.trim() === "" ? {} : parse(text, void 0, numberOrDigits);
  } catch {
    throw new ApiFailure(502, "UNREADABLE_ANSWER", "the answer is not JSON");
  }
}
function connectDatabricks(options) {
  const { host, send, clock, signal, onWrite } = options;
  return async ({ method, path, query, body }) => {
    const search = query === void 0 ? "" : `?${new URLSearchParams(query).toString()}`;
    const attempt = async (stop) => {
      const request = {
        method,
        url: `${host}${path}${search}`,
        headers: {
          authorization: `Bearer ${await options.token()}`,
          accept: "application/json",
          ...body === void 0 ? {} : { "content-type": "application/json" }
        },
        ...body === void 0 ? {} : { body: JSON.stringify(body) },
        signal: stop
      };
      const response = await send(request);
      if (method !== "GET") {
        const requestId = response.headers["x-request-id"] ?? response.headers["x-databricks-request-id"];
        await onWrite?.(method, `${host}${path}`, response.status, requestId);
      }
      if (response.status >= 200 && response.status < 300) return readJson(response.body);
      const error = statusError(request, response);
      if (error.retryable) throw error;
      const envelope = readJson(error.body === "" ? "{}" : response.body);
      const code = textField(envelope, "error_code") || `HTTP_${response.status}`;
      throw new ApiFailure(response.status, code, textField(envelope, "message") || error.message);
    };
    try {
      return await retry(attempt, { clock, deadline: clock.now() + DEADLINE, signal });
    } catch (error) {
      if (!(error instanceof HttpError) || error.status === void 0) throw error;
      throw new ApiFailure(error.status, `HTTP_${error.status}`, error.message);
    }
  };
}
export {
  connectDatabricks
};
