import { generateKeyPairSync } from "node:crypto";

import { issueCertificate } from "../../certificates/certificate.ts";
import { timeText } from "../app/tenant.ts";
import { badRequest } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Values } from "../store/entity.ts";
import type { KeyHolder } from "./key-holder.ts";
import { noteSigningCredential, register } from "./key-list.ts";

/** Three years at most, and by default (serviceprincipal-addtokensigningcertificate). */
const MOST_YEARS = 3;

const invalid = (property: string) =>
  badRequest(
    `Invalid value specified for property '${property}' of resource 'SelfSignedCertificate'.`,
  );

/**
 * Makes a self-signed certificate and adds it twice, as what signs and as what verifies; only the public
 * part is shown. @throws GraphError 400 for a name that does not begin with CN= or an end too far away
 */
export function addTokenSigningCertificate(call: Call, holder: KeyHolder): Values {
  const { displayName, endDateTime } = call.body;
  if (typeof displayName !== "string" || !displayName.startsWith("CN="))
    throw invalid("displayName");
  const now = new Date(call.tenant.clockMs());
  const most = new Date(now);
  most.setUTCFullYear(most.getUTCFullYear() + MOST_YEARS);
  const end =
    endDateTime === undefined || endDateTime === null ? most : new Date(endDateTime as string);
  if (Number.isNaN(end.getTime()) || end > most) throw invalid("endDateTime");
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { der, thumbprint } = issueCertificate({
    subject: displayName.slice("CN=".length),
    publicKey,
    signingKey: privateKey,
    notBefore: now,
    notAfter: end,
    keyUsage: [0],
  });
  const identifier = Buffer.from(thumbprint, "hex").toString("base64");
  const { keyId } = register(call, holder, {
    type: "AsymmetricX509Cert",
    usage: "Verify",
    key: der.toString("base64"),
    displayName,
    customKeyIdentifier: identifier,
  });
  noteSigningCredential(holder, {
    customKeyIdentifier: identifier,
    displayName,
    endDateTime: timeText(end.getTime()),
    key: null,
    startDateTime: timeText(now.getTime()),
  });
  return {
    customKeyIdentifier: identifier,
    displayName,
    endDateTime: timeText(end.getTime()),
    key: der.toString("base64"),
    keyId,
    startDateTime: timeText(now.getTime()),
    thumbprint,
    type: "AsymmetricX509Cert",
    usage: "Verify",
  };
}
