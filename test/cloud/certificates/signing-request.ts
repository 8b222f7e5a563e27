import { sign } from "node:crypto";

import {
  name,
  ownExtensions,
  publicKeyInfo,
  signatureAlgorithm,
  type OwnExtensions,
} from "./certificate.ts";
import { bitString, explicit, integer, objectIdentifier, sequence, setOf } from "./der.ts";
import type { KeyPair } from "./key-pair.ts";

/** The attribute that asks for extensions (RFC 2985 §5.4.2). */
const extensionRequest = "1.2.840.113549.1.9.14";

/** A PKCS#10 certification request (RFC 2986), in DER. `subject` is the common name. */
export function createSigningRequest(
  subject: string,
  { publicKey, privateKey }: KeyPair,
  wanted: OwnExtensions,
): Buffer {
  const extensions = sequence(...ownExtensions(wanted));
  const information = sequence(
    integer(0),
    name(subject),
    publicKeyInfo(publicKey),
    explicit(0, sequence(objectIdentifier(extensionRequest), setOf(extensions))),
  );
  return sequence(
    information,
    signatureAlgorithm(privateKey),
    bitString(sign("sha256", information, privateKey)),
  );
}
