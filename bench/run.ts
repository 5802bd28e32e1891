/** `npm run bench`: prints what the product reaches on this machine. */
import { benchScan } from "./scan/speed.ts";

await benchScan();
