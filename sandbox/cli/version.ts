/** Reads as a development build of the CLI that the stand-in is held to. */
export const VERSION = "1.13.0-dev+standin";
