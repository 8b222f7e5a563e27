import { createHash } from "node:crypto";

import type { Clock } from "../core/clock.ts";
import type { Cloud } from "../core/clouds.ts";
import { recordOf } from "../core/record.ts";
import { askVault } from "./certificate/vault-error.ts";
import { createVaultRequests, signatureIn } from "./certificate/vault-requests.ts";
import type { ManagedIdentity } from "./managed-identity.ts";
import { checkVault, pinToVault } from "./own-vault.ts";

/** A signature by a key in the vault, with what a reader needs to check it. */
interface KeySignature {
  /** The key's identifier, with its version. */
  readonly key: string;
  readonly algorithm: "PS256";
  /** Base64url. */
  readonly value: string;
  /** The public part, a JWK. */
  readonly publicKey: { readonly kty: string; readonly n: string; readonly e: string };
}

/**
 * A key that never leaves the vault and that signs what this program states about a batch. The role "Key
 * Vault Crypto User" on the key suffices.
 *
 * @throws OperatorError SETTINGS_INVALID if `keyUrl` names no key of a vault of this cloud
 */
export function createSealKey(
  keyUrl: string,
  context: {
    readonly cloud: Cloud;
    readonly identity: ManagedIdentity;
    readonly clock: Clock;
    readonly random: () => number;
  },
): { open(): Promise<{ sign(text: string): Promise<KeySignature> }> } {
  const { cloud, identity, clock, random } = context;
  const [vaultUri = "", name = ""] = keyUrl.split(/(?<=^https:\/\/[^/]*\/)keys\//);
  checkVault(vaultUri, cloud, "SEAL_KEY");
  const ask = createVaultRequests(vaultUri, pinToVault(identity, cloud));
  const question = {
    what: `signature by key ${name} in ${vaultUri}`,
    role: "Key Vault Crypto User",
  };
  const timing = { clock, random };
  return {
    // The version is asked for first, so that signature and public key belong together.
    open: async () => {
      const { kid, n, e } = await askVault(question, timing, async () =>
        recordOf((await ask("GET", `keys/${name}`))["key"]),
      );
      const version = String(kid).split("/").at(-1) ?? "";
      const publicKey = { kty: "RSA", n: String(n), e: String(e) };
      const sign = async (text: string): Promise<KeySignature> => {
        const value = createHash("sha256").update(text).digest("base64url");
        const signed = await askVault(question, timing, () =>
          ask("POST", `keys/${name}/${version}/sign`, { alg: "PS256", value }),
        );
        const signature = signatureIn(signed).toString("base64url");
        return { key: String(kid), algorithm: "PS256", value: signature, publicKey };
      };
      return { sign };
    },
  };
}
