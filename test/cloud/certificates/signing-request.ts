import { sign } from "node:crypto";

import {
  ownExtensions,
  publicKeyInfo,
  signatureAlgorithm,
  type OwnExtensions,
} from "./certificate.ts";
import { bitString, explicit, integer, objectIdentifier, sequence, setOf } from "./der.ts";
import { encodeName, type DistinguishedName } from "./distinguished-name.ts";
import type { KeyPair } from "./key-pair.ts";

/** The attribute that asks for extensions (RFC 2985 §5.4.2). */
const extensionRequest = "1.2.840.113549.1.9.14";

/** A PKCS#10 certification request (RFC 2986), in DER. */
export function createSigningRequest(
  subject: DistinguishedName,
  { publicKey, privateKey }: KeyPair,
  wanted: OwnExtensions,
): Buffer {
  const extensions = sequence(...ownExtensions(wanted));
  const information = sequence(
    integer(0),
    encodeName(subject),
    publicKeyInfo(publicKey),
    explicit(0, sequence(objectIdentifier(extensionRequest), setOf(extensions))),
  );
  return sequence(
    information,
    signatureAlgorithm(privateKey),
    bitString(sign("sha256", information, privateKey)),
  );
}
