import { OperatorError } from "../../core/errors.ts";

/** Key Vault's innermost codes for versions that exist but cannot be used. */
const UNUSABLE: Readonly<Record<string, string>> = {
  SecretDisabled: "disabled",
  KeyDisabled: "disabled",
  KeyExpired: "expired",
  KeyNotYetValid: "not valid yet",
};

/** What is requested, for the message: `version 1a2b of certificate graph-app in https://…`. */
export interface VaultQuestion {
  readonly what: string;
  /** The role that the request needs, by its name in the portal. */
  readonly role: string;
}

/** The part of the vault's answer that is kept, as the cause of the OperatorError. */
export class VaultAnswer extends Error {
  override readonly name = "VaultAnswer";
  /** 0 if there was no answer. */
  readonly status: number;

  constructor(status: number, inner: string) {
    super(`HTTP ${status}${inner === "" ? "" : `, ${inner}`}`);
    this.status = status;
  }
}

/** A silence is asked into once more. */
const ATTEMPTS = 2;

/**
 * Asks Key Vault, through one of its SDK clients, which try 429, 5xx and broken connections again by
 * themselves, and a time-out never.
 *
 * @throws OperatorError CERTIFICATE_NOT_FOUND (404), CERTIFICATE_UNUSABLE (a disabled version),
 * VAULT_REFUSED (401, 403, a challenge that names another host), VAULT_UNREACHABLE (all else), and what
 * `ask` throws of that kind. The SDK's own error is not kept: it holds the request with its token.
 */
export async function askVault<T>(question: VaultQuestion, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      const isSilence = error instanceof Error && error.name === "AbortError";
      if (!isSilence || attempt === ATTEMPTS) throw toOperatorError(question, error);
    }
  }
}

function toOperatorError({ what, role }: VaultQuestion, error: unknown): OperatorError {
  const { status, inner } = detailsOf(error);
  const cause = new VaultAnswer(status ?? 0, inner);
  if (status === 404) {
    return new OperatorError("CERTIFICATE_NOT_FOUND", `There is no ${what}.`, {
      fix: "Check KEY_VAULT_URI and CERTIFICATE_NAME; a deleted certificate can be recovered in the portal.",
      disposition: "stop",
      cause,
    });
  }
  const state = UNUSABLE[inner];
  if (state !== undefined) {
    return new OperatorError(
      "CERTIFICATE_UNUSABLE",
      `Key Vault gives no ${what}: it is ${state}.`,
      {
        fix: "Enable it, or make a new version.",
        disposition: "stop",
        cause,
      },
    );
  }
  if (status === 401 || status === 403) {
    const firewall = inner === "ForbiddenByFirewall" || inner === "ForbiddenByConnection";
    return new OperatorError(
      "VAULT_REFUSED",
      `Key Vault refuses access to ${what}${inner === "" ? "" : ` (${inner})`}.`,
      {
        fix: firewall
          ? "Allow the function app's network in the vault's firewall."
          : `Grant the app's managed identity the role "${role}" on it; a new role assignment takes some minutes to work.`,
        disposition: "stop",
        cause,
      },
    );
  }
  if (error instanceof Error && /challenge/i.test(error.message)) {
    return new OperatorError(
      "VAULT_REFUSED",
      "The host that answers as the vault asks for a token of another resource. None was sent.",
      {
        fix: "Check KEY_VAULT_URI and CLOUD, and DNS and proxies on the way to the vault.",
        disposition: "stop",
      },
    );
  }
  return new OperatorError(
    "VAULT_UNREACHABLE",
    `Key Vault does not answer the request for ${what} at the moment.`,
    {
      fix: "No action needed if it passes; otherwise check KEY_VAULT_URI, DNS and the vault's firewall.",
      disposition: "retry",
      cause,
    },
  );
}

/** The status and the innermost code of an SDK's RestError. */
function detailsOf(error: unknown): {
  readonly status: number | undefined;
  readonly inner: string;
} {
  const status = at(error, "statusCode");
  const body = at(at(error, "details"), "error");
  const inner = at(at(body, "innererror"), "code") ?? at(at(body, "innerError"), "code");
  const codes = [inner, at(body, "code"), at(error, "code")];
  return {
    status: typeof status === "number" ? status : undefined,
    inner: codes.find((code): code is string => typeof code === "string") ?? "",
  };
}

const at = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
