import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";

import { createRemoteJWKSet, jwtVerify } from "jose";
import { clientCredentialsGrant, discovery, modifyAssertion, PrivateKeyJwt } from "openid-client";

/*
 * openid-client and jose, which have no code specific to Entra: discovery, a client assertion whose
 * audience is the issuer, and a token verified with the published keys. Input: issuer and client.
 */
interface Input {
  readonly tenantId: string;
  readonly clientId: string;
  readonly certificateFile: string;
  readonly resource: string;
}

const input = JSON.parse(process.env["CLIENT_INPUT"] ?? "{}") as Input;
const pem = await readFile(input.certificateFile, "utf8");
const certificate = new X509Certificate(pem);
const der = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
const algorithm = { name: "RSA-PSS", hash: "SHA-256" };
const key = await crypto.subtle.importKey("pkcs8", new Uint8Array(der), algorithm, false, ["sign"]);
const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(":", ""), "hex");
const authentication = PrivateKeyJwt(key, {
  [modifyAssertion]: (header) => {
    header["x5t#S256"] = thumbprint.toString("base64url");
  },
});
const server = new URL(`https://login.microsoftonline.com/${input.tenantId}/v2.0`);
const client = await discovery(server, input.clientId, undefined, authentication);
const scope = `${input.resource}/.default`;
const { access_token: token, token_type: type } = await clientCredentialsGrant(client, { scope });
const keys = createRemoteJWKSet(new URL(client.serverMetadata().jwks_uri ?? ""));
const { payload, protectedHeader } = await jwtVerify(token, keys, {
  issuer: `https://sts.windows.net/${input.tenantId}/`,
  audience: input.resource,
});
process.stdout.write(JSON.stringify({ type, payload, protectedHeader }));
