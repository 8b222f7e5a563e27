import type { Cloud } from "../core/clouds.ts";
import { OperatorError } from "../core/errors.ts";
import type { VaultIdentity } from "./certificate/certificate-secrets.ts";
import type { ManagedIdentity } from "./managed-identity.ts";
import { scopeOf } from "./token/scope.ts";

/**
 * A vault of another cloud would not accept our tokens. A user name, port, path or query in the address
 * is a mistake, or an attempt to send the token elsewhere.
 *
 * @throws OperatorError SETTINGS_INVALID, which names the setting
 */
export function checkVault(
  vaultUri: string,
  { vaultSuffix }: Cloud,
  setting = "KEY_VAULT_URI",
): void {
  const url = URL.canParse(vaultUri) ? new URL(vaultUri) : undefined;
  const isVault = url?.protocol === "https:" && url.hostname.endsWith(`.${vaultSuffix}`);
  if (isVault && url.href === `https://${url.hostname}/`) return;
  throw new OperatorError(
    "SETTINGS_INVALID",
    isVault
      ? `${setting} holds more than the vault's host name.`
      : `${setting} names no vault of this cloud.`,
    {
      fix: `Set it to https://<vault>.${vaultSuffix}/, or CLOUD to the vault's cloud.`,
      disposition: "stop",
    },
  );
}

/**
 * The identity as the vault may use it: its challenge names the scope of the token that it wants, and it
 * gets a token for Key Vault and for nothing else.
 */
export function pinToVault(identity: ManagedIdentity, { vaultSuffix }: Cloud): VaultIdentity {
  const vaultScope = scopeOf(`https://${vaultSuffix}`);
  let last = "";
  return {
    dropLast: () => identity.drop(last),
    getToken: async (scopes, options) => {
      const wanted = typeof scopes === "string" ? [scopes] : scopes;
      if (wanted.some((scope) => scope !== vaultScope)) {
        throw new OperatorError(
          "VAULT_REFUSED",
          "The host that answers as the vault asks for a token of another resource. None was sent.",
          {
            fix: "Check KEY_VAULT_URI and CLOUD, and DNS and proxies on the way to the vault.",
            disposition: "stop",
          },
        );
      }
      const token = await identity.getToken(vaultScope, options);
      last = token?.token ?? "";
      return token;
    },
  };
}
