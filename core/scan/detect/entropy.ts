/** Shannon entropy of the characters of `text`, in bits a character; 0 for an empty text. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}

/** Share of neighbours that go up by one (`1234`, `abcd`, `90`), from 0 to 1. */
function ascending(text: string, wrapFrom: string, wrapTo: string): number {
  if (text.length < 2) return 0;
  let steps = 0;
  for (let i = 1; i < text.length; i++) {
    const wraps = text[i - 1] === wrapFrom && text[i] === wrapTo;
    if (wraps || text.charCodeAt(i) === text.charCodeAt(i - 1) + 1) steps++;
  }
  return steps / (text.length - 1);
}

/**
 * True for what people type when they make up a token: one character again and again, a counted row, a short piece
 * repeated, or digits and letters that each go up in turn (`1a2b3c45d67890e1`), as documentation likes to show.
 */
export function isCounted(text: string): boolean {
  const plain = text.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (plain.length < 8) return new Set(plain).size <= 2;
  if (new Set(plain).size <= 3) return true;
  const piece = plain.slice(0, 10);
  for (const size of [4, 5, 6, 8, 10]) {
    if (plain.length >= size * 3 && plain.startsWith(piece.slice(0, size).repeat(2)) && repeats(plain, size))
      return true;
  }
  if (ascending(plain, "9", "0") >= 0.6) return true;
  const digits = plain.replace(/[^0-9]/g, "");
  const letters = plain.replace(/[^a-z]/g, "");
  const lettersCount =
    letters.length < 2 || Math.max(ascending(letters, "f", "a"), ascending(letters, "z", "a")) >= 0.75;
  return digits.length >= 6 && ascending(digits, "9", "0") >= 0.75 && lettersCount;
}

function repeats(text: string, size: number): boolean {
  for (let i = size; i < text.length; i++) if (text[i] !== text[i - size]) return false;
  return true;
}
