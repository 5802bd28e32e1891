/** The text form of RFC 9562 section 4, in either letter case; without flags, so that JSON Schemas can use it. */
export const UUID = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}
