import { clouds } from "../../../shared/core/clouds.ts";
import { createEntraFixture, type EntraFixture } from "../entra/entra-fixture.ts";
import type { ManagedIdentity } from "../entra/model.ts";
import { createTokenVerifier } from "../entra/verify-token.ts";
import { createKeyVault, type KeyVault } from "./key-vault.ts";
import type { Vault } from "./model.ts";
import type { VaultRole } from "./roles.ts";

/** A vault without sockets, and a caller whose roles the test sets. */
export interface VaultFixture {
  readonly entra: EntraFixture;
  readonly keyVault: KeyVault;
  readonly vault: Vault;
  readonly caller: ManagedIdentity;
  /** How far the vault's clock is ahead. */
  readonly clock: { aheadMs: number };
  /** Names of certificates for which a new-version event was sent. */
  readonly announced: string[];
  /** Replaces the caller's roles. */
  grant(...roles: VaultRole[]): void;
  /** The caller's token for an audience. */
  token(audience?: string, lifetimeSeconds?: number): string;
  call(
    method: string,
    target: string,
    options?: {
      body?: unknown;
      token?: string | null;
      host?: string;
      headers?: Readonly<Record<string, string>>;
    },
  ): Promise<VaultAnswer>;
}

/** An answer of the vault with the parts that tests read. */
export interface VaultAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: VaultBody;
}

interface VaultBody {
  readonly id?: string;
  readonly kid?: string;
  readonly sid?: string;
  readonly value?: unknown;
  readonly cer?: string;
  readonly contentType?: string;
  readonly managed?: boolean;
  readonly status?: string;
  readonly target?: string;
  readonly nextLink?: string | null;
  readonly recoveryId?: string;
  readonly attributes?: { readonly enabled: boolean; readonly exp?: number };
  readonly key?: { readonly kid: string; readonly n: string; readonly e: string };
  readonly policy?: object;
  readonly pending?: object;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly innererror?: { readonly code: string };
  };
}

const now = (): number => Date.now();

/** Creates a vault `fixture` with its own Entra and tenant; the caller has no role yet. */
export async function createVaultFixture(): Promise<VaultFixture> {
  const entra = await createEntraFixture();
  const { registry, signer } = entra.state;
  const cloud = clouds.global;
  const { tenantId } = entra.tenant;
  const announced: string[] = [];
  const clock = { aheadMs: 0 };
  const keyVault = createKeyVault({
    cloud,
    verifyToken: createTokenVerifier({ signer, registry, cloud, now }),
    now: () => now() + clock.aheadMs,
    retryAfter: String,
    onNewVersion: (_vault, name) => void announced.push(name),
  });
  const vault = keyVault.create("fixture", tenantId);
  const caller = registry.addManagedIdentity(tenantId, "caller", "user");
  const token: VaultFixture["token"] = (
    audience = "https://vault.azure.net",
    lifetimeSeconds = 3600,
  ) => {
    const principal = registry.servicePrincipal(tenantId, caller.clientId);
    const resource = registry.resource(tenantId, audience);
    if (!principal || !resource) throw new TypeError(`No resource ${audience}.`);
    return signer.sign({
      tenantId,
      principal,
      resource,
      requestedAudience: audience,
      proof: "assertion",
      lifetimeSeconds,
      isCaeClient: false,
      host: entra.host,
    });
  };
  return {
    entra,
    keyVault,
    vault,
    caller,
    announced,
    clock,
    token,
    grant(...roles) {
      vault.assignments.length = 0;
      for (const role of roles) vault.assignments.push({ principalId: caller.principalId, role });
    },
    async call(method, target, options = {}) {
      const bearer = options.token === undefined ? token() : options.token;
      const answer = await keyVault.handle(
        {
          method,
          host: options.host ?? "fixture.vault.azure.net",
          target,
          headers: {
            ...options.headers,
            ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
          },
          body: Buffer.from(options.body === undefined ? "" : JSON.stringify(options.body)),
        },
        () => undefined,
      );
      if ("connection" in answer) throw new Error(answer.connection);
      return {
        status: answer.status,
        headers: (answer.headers ?? {}) as Record<string, string>,
        body: answer.body === undefined ? {} : (JSON.parse(String(answer.body)) as VaultBody),
      };
    },
  };
}
