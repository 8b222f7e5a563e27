import { ia5String, objectIdentifier, sequence, setOf, utf8String } from "./der.ts";

/** One attribute of a name: its type as an object identifier, and its value. */
interface NameAttribute {
  readonly oid: string;
  readonly value: string;
}

/** A name as X.509 orders it: the most general attribute first. */
export type DistinguishedName = readonly NameAttribute[];

/** Object identifiers of the types that .NET's X500DistinguishedName and RFC 4514 name. */
const types: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  SERIALNUMBER: "2.5.4.5",
  C: "2.5.4.6",
  L: "2.5.4.7",
  S: "2.5.4.8",
  ST: "2.5.4.8",
  STREET: "2.5.4.9",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  T: "2.5.4.12",
  G: "2.5.4.42",
  SN: "2.5.4.4",
  DC: "0.9.2342.19200300.100.1.25",
  UID: "0.9.2342.19200300.100.1.1",
  E: "1.2.840.113549.1.9.1",
};

/** Types whose values are ASCII: the e-mail address and the domain component (RFC 5280, appendix A). */
const ascii = new Set([types["E"], types["DC"]]);

/** A name of a common name alone. */
export const commonNameOnly = (value: string): DistinguishedName => [{ oid: "2.5.4.3", value }];

/**
 * Reads a name such as `CN=contoso.com, O="Contoso, Ltd", C=US`, whose most special attribute comes first.
 * @throws RangeError if it is none
 */
export function parseDistinguishedName(text: string): DistinguishedName {
  const attribute =
    /\s*([A-Za-z]+|(?:OID\.)?\d+(?:\.\d+)+)\s*=\s*("(?:[^"]|"")*"|[^,;+"]*)\s*(?:[,;+]|$)/uy;
  const found: NameAttribute[] = [];
  while (attribute.lastIndex < text.length) {
    const [, type = "", raw = ""] = attribute.exec(text) ?? [];
    const oid = /\d/u.test(type) ? type.replace("OID.", "") : types[type.toUpperCase()];
    const value = raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw.trim();
    if (oid === undefined || value === "") throw new RangeError("Invalid X.500 distinguished name");
    found.unshift({ oid, value });
  }
  if (found.length === 0) throw new RangeError("Invalid X.500 distinguished name");
  return found;
}

/** The common name; the most special attribute of a name that has none. */
export const commonNameIn = (name: DistinguishedName): string =>
  (name.findLast(({ oid }) => oid === types["CN"]) ?? name.at(-1))?.value ?? "";

/** A Name (RFC 5280 §4.1.2.4). */
export const encodeName = (name: DistinguishedName): Buffer =>
  sequence(
    ...name.map(({ oid, value }) =>
      setOf(sequence(objectIdentifier(oid), (ascii.has(oid) ? ia5String : utf8String)(value))),
    ),
  );
