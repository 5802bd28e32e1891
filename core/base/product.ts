import manifest from "../../package.json" with { type: "json" };

/** How the product names itself to servers (`User-Agent`). */
export const PRODUCT = { name: manifest.name, version: manifest.version };
