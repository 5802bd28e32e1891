import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);
import {
  reportFailure,
  reportSuccess
} from "./chunk-MHLDJOSM.js";
import "./chunk-LZQXQOPJ.js";
export {
  reportFailure,
  reportSuccess
};
