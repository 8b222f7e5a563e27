import { createHash } from "node:crypto";

import { plainText } from "../../storage/decode-message.ts";

/**
 * Names a message by its text. The id of the trigger metadata cannot: the host replaces metadata by
 * properties of the same name in a JSON body, so a sender could choose another message's id.
 */
export const messageDigest = (message: unknown): string =>
  createHash("sha256").update(plainText(message)).digest("hex").slice(0, 32);
