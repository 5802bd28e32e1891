import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A self-signed certificate for loopback, made anew for each run so that no private key lies in the repository. */
export function selfSignedCertificate(names: { dns: string[]; ip: number[][] }): {
  cert: string;
  key: string;
} {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = der(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const commonName = der(0x30, oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from("loopback test")));
  const name = der(0x30, der(0x31, commonName));
  const alternativeNames = der(
    0x30,
    ...names.dns.map((text) => der(0x82, Buffer.from(text))),
    ...names.ip.map((bytes) => der(0x87, Buffer.from(bytes))),
  );
  const extensions = der(
    0x30,
    der(0x30, oid(0x55, 0x1d, 0x11), der(0x04, alternativeNames)),
    der(0x30, oid(0x55, 0x1d, 0x13), der(0x04, der(0x30, der(0x01, Buffer.of(0xff))))),
  );
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    der(0x30, time(-86_400_000), time(86_400_000)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = der(0x30, body, ecdsaWithSha256, der(0x03, Buffer.of(0), signature));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** X.690: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function oid(...bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function time(offset: number): Buffer {
  const text = new Date(Date.now() + offset).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x18, Buffer.from(text));
}
