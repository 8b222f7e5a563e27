/**
 * Extensions are recognized by their name: a directory extension `extension_<app id>_<name>`, a schema
 * extension without a domain of the tenant `ext<eight characters>_<name>`.
 */
export const isExtensionName = (name: string): boolean =>
  /^(?:extension_[0-9a-f]{32}|ext[0-9a-z]{8})_\w+$/i.test(name);
