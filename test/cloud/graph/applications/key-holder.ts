import type { KeyCredential } from "../../entra/model.ts";

/** Who has certificates: an application, or a service principal with its own. */
export interface KeyHolder {
  readonly objectId: string;
  readonly keyCredentials: KeyCredential[];
}
