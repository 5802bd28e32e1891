import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  examineAccess,
  fail,
  planAccess,
  readAccessFiles,
  registrarOf
} from "./chunk-DC7UDZVY.js";
import "./chunk-NTJ3VHNK.js";
import "./chunk-XG7PHLDC.js";
import "./chunk-XITBPYNW.js";
import "./chunk-SU23NQTW.js";
import "./chunk-WYB47XBF.js";
import "./chunk-2QDGITXZ.js";
import "./chunk-SFZ4L4OV.js";
import "./chunk-U4GNHYLL.js";
export {
  examineAccess,
  fail,
  planAccess,
  readAccessFiles,
  registrarOf
};
