import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  readLines,
  startDetached
} from "./chunk-GQNXZMSJ.js";
import "./chunk-U4GNHYLL.js";
export {
  readLines,
  startDetached
};
