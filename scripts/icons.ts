/** Draws the icons of the extension and its task: an arrow that leaves an open ring. `node --import tsx scripts/icons.ts` */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { crc32, deflateSync } from "node:zlib";

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

const GROUND: Colour = [16, 94, 98, 255];
const INK: Colour = [255, 255, 255, 255];
const NOTHING: Colour = [0, 0, 0, 0];
/** Samples along each side of a pixel. */
const SAMPLES = 4;

/** The colour at a point of the unit square; y goes down. */
function colourAt(x: number, y: number): Colour {
  const corner = 0.2;
  const outside = Math.hypot(
    Math.max(Math.abs(x - 0.5) - 0.5 + corner, 0),
    Math.max(Math.abs(y - 0.5) - 0.5 + corner, 0),
  );
  if (outside > corner) return NOTHING;
  const radius = Math.hypot(x - 0.5, y - 0.56);
  const ring = radius > 0.225 && radius < 0.305 && !(y < 0.5 && Math.abs(x - 0.5) < 0.15);
  const shaft = Math.abs(x - 0.5) < 0.04 && y > 0.24 && y < 0.64;
  const head = y > 0.15 && y < 0.32 && Math.abs(x - 0.5) < (y - 0.15) * 0.75;
  return ring || shaft || head ? INK : GROUND;
}

function pixel(column: number, row: number, size: number): Colour {
  const sum = [0, 0, 0, 0];
  for (let at = 0; at < SAMPLES * SAMPLES; at++) {
    const x = (column + ((at % SAMPLES) + 0.5) / SAMPLES) / size;
    const y = (row + (Math.floor(at / SAMPLES) + 0.5) / SAMPLES) / size;
    const [red, green, blue, alpha] = colourAt(x, y);
    [red * alpha, green * alpha, blue * alpha, alpha].forEach(
      (value, index) => (sum[index] = (sum[index] ?? 0) + value),
    );
  }
  const [red = 0, green = 0, blue = 0, alpha = 0] = sum;
  const part = (value: number): number => (alpha === 0 ? 0 : Math.round(value / alpha));
  return [part(red), part(green), part(blue), Math.round(alpha / SAMPLES ** 2)];
}

/** PNG, 8 bits RGBA, no filter (PNG specification, section 11). */
function png(size: number): Buffer {
  const rows = Array.from({ length: size }, (_, row) => [
    0,
    ...Array.from({ length: size }, (_, column) => pixel(column, row, size)).flat(),
  ]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.from(rows.flat()), { level: 9 });
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

const root = path.resolve(import.meta.dirname, "..");
await writeFile(path.join(root, "extension/icon.png"), png(128));
await writeFile(path.join(root, "tasks/DatabricksBundle/icon.png"), png(32));
