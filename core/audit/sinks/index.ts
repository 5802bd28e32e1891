import { openFile } from "./file.ts";
import type { OpenSink } from "./sink.ts";

/** Every sink; each event goes to all of them. */
export const SINKS: readonly OpenSink[] = [openFile];
