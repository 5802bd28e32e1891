/** A UUID as text (RFC 9562, section 4), in either letter case; Microsoft calls it a GUID. */
export const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
