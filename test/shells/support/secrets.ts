/** Finds secrets in what a run left behind, however they are written. On purpose shares no code with core/base/redact.ts. */

export interface Finding {
  readonly where: string;
  /** Number of the secret in the list given, never the secret itself: findings are printed. */
  readonly secret: number;
  readonly form: string;
}

/** The ways in which programs write a text; a half is what is left of a token that was cut, or masked in part. */
export function writtenForms(secret: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const middle = Math.floor(secret.length / 2);
  const halves = [secret.slice(0, middle), secret.slice(middle)];
  const backwards = (text: string): string => Array.from(text).reverse().join("");
  const forms = new Map([
    ["plain", secret],
    ["JSON", JSON.stringify(secret).slice(1, -1)],
    ["percent", encodeURIComponent(secret)],
    ["percent, every byte", hex.replace(/../g, "%$&").toUpperCase()],
    ["percent, every byte, lower case", hex.replace(/../g, "%$&")],
    ["hex", hex],
    ["hex, upper case", hex.toUpperCase()],
    ["backwards", backwards(secret)],
    ...halves.flatMap((half, at): [string, string][] => [
      [`half ${String(at + 1)}`, half],
      [`half ${String(at + 1)} backwards`, backwards(half)],
    ]),
  ]);
  for (const before of [0, 1, 2]) {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    // The first and the last characters are shared with the neighbours.
    const own = base64.slice(before === 0 ? 0 : 4, base64.length - (base64.length % 4 || 4));
    forms.set(`base64, ${String(before)} bytes in`, own);
    forms.set(`base64url, ${String(before)} bytes in`, own.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

/** Searches texts for secrets; line breaks inside a form (as `base64` makes them) do not hide it. */
export class SecretSearch {
  readonly findings: Finding[] = [];
  readonly #needles: readonly { readonly secret: number; readonly form: string; readonly text: string }[];

  constructor(secrets: readonly string[]) {
    this.#needles = secrets.flatMap((value, secret) =>
      [...writtenForms(value)].map(([form, text]) => ({ secret, form, text })),
    );
  }

  look(where: string, content: string | Buffer): void {
    const text = typeof content === "string" ? content : content.toString("latin1");
    const joined = text.replace(/[\r\n]+/g, "");
    for (const { secret, form, text: needle } of this.#needles) {
      if (text.includes(needle) || joined.includes(needle)) this.findings.push({ where, secret, form });
    }
  }
}
