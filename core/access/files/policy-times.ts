import { text, wrong, type Shape } from "../../base/yaml/shape.ts";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
type Day = (typeof DAYS)[number];

/** `mon` or `fri-mon` (a range runs forward, past the end of the week if need be), as the days it stands for. */
export const days: Shape<readonly Day[]> = {
  schema: {
    type: "string",
    pattern: `^(?:${DAYS.join("|")})(?:-(?:${DAYS.join("|")}))?$`,
    description: "A day such as `mon`, or a range such as `mon-fri`.",
  },
  read(node, context) {
    const value = text().read(node, context);
    if (value === undefined) return undefined;
    const [first, last = first, ...more] = value.split("-").map((day) => DAYS.indexOf(day as Day));
    if (first === undefined || last === undefined || more.length > 0 || first < 0 || last < 0) {
      wrong(node, context, "a day such as mon, or a range such as mon-fri");
      return undefined;
    }
    const count = ((last - first + DAYS.length) % DAYS.length) + 1;
    return Array.from({ length: count }, (_, index) => DAYS[(first + index) % DAYS.length] as Day);
  },
};

/** Minutes since midnight. */
export const timeOfDay: Shape<number> = {
  schema: {
    type: "string",
    pattern: "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$",
    description: 'A time of day in quotes, `"06:00"`.',
  },
  read(node, context) {
    const rules = {
      pattern: /^(?:[01]\d|2[0-3]):[0-5]\d$/,
      says: 'a time of day in quotes, such as "06:00"',
    };
    const value = text(rules).read(node, context);
    return value === undefined ? undefined : Number(value.slice(0, 2)) * 60 + Number(value.slice(3));
  },
};

export const timeZone: Shape<string> = {
  schema: { type: "string", description: "IANA name of a time zone." },
  read(node, context) {
    const value = text().read(node, context);
    try {
      if (value !== undefined) new Intl.DateTimeFormat("en", { timeZone: value });
      return value;
    } catch {
      wrong(node, context, "an IANA time zone such as Europe/Berlin");
      return undefined;
    }
  },
};
