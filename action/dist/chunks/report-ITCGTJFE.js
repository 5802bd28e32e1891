import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);
import {
  reportFailure,
  reportSuccess
} from "./chunk-CGP25EVK.js";
import "./chunk-UEILSSBY.js";
import "./chunk-N5FGMNDE.js";
import "./chunk-LZQXQOPJ.js";
export {
  reportFailure,
  reportSuccess
};
