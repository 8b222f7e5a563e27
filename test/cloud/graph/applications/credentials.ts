import type { Application } from "../../entra/model.ts";
import { timeText } from "../app/tenant.ts";
import type { Values } from "../store/entity.ts";

/** An application's certificates as Graph shows them; the key itself only when it is asked for. */
export const keyCredentials = (application: Application, withKeys: boolean): readonly Values[] =>
  application.keyCredentials.map((credential) => ({
    customKeyIdentifier: Buffer.from(credential.thumbprint, "hex").toString("base64"),
    displayName: credential.displayName,
    endDateTime: timeText(credential.endMs),
    key: withKeys ? credential.der.toString("base64") : null,
    keyId: credential.keyId,
    startDateTime: timeText(credential.startMs),
    type: "AsymmetricX509Cert",
    usage: "Verify",
  }));

/** An application's secrets as Graph shows them: a hint, never the secret. */
export const passwordCredentials = (application: Application): readonly Values[] =>
  application.passwordCredentials.map((credential) => ({
    customKeyIdentifier: null,
    displayName: null,
    endDateTime: timeText(credential.endMs),
    hint: credential.hint,
    keyId: credential.secretId,
    secretText: null,
    startDateTime: null,
  }));
