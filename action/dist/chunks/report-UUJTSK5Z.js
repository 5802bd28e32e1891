import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);
import {
  reportFailure,
  reportSuccess
} from "./chunk-H6UKCPZK.js";
import "./chunk-SOJFZIT3.js";
import "./chunk-OMP7GTC2.js";
import "./chunk-KABD3S3Z.js";
import "./chunk-LZQXQOPJ.js";
export {
  reportFailure,
  reportSuccess
};
