import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  CHECKS,
  scopeWords,
  worst
} from "./chunk-WYB47XBF.js";
import "./chunk-U4GNHYLL.js";
export {
  CHECKS,
  scopeWords,
  worst
};
