import process from "node:process";

/**
 * Node opens its inspector when it gets SIGUSR1 (nodejs.org/api/process.html, "Signal events"), and any program of the
 * same user could read the tokens in our memory through it. A listener of our own takes the place of that; it is the first
 * thing that each entry loads. On Windows Node opens it without a signal, which nothing in here can prevent.
 */
process.on("SIGUSR1", () => undefined);
