/** A feature that only this host lacks. It must not pass for what Azure's host would leave out. */
export class NotEmulated extends TypeError {}

/** The app's settings as the host reads them: names ignore case, and `:` equals `__`. */
export interface AppSettings {
  get(name: string): string | undefined;
  /**
   * `text` with each `%NAME%` replaced by that setting.
   * @throws TypeError if a setting is unset or empty.
   */
  resolve(text: string): string;
  /**
   * The address of a storage service for an identity-based connection's prefix.
   * @throws NotEmulated for a connection string; TypeError if neither `<prefix>__<service>ServiceUri` nor `<prefix>__accountName` is set.
   */
  serviceUri(prefix: string, service: "queue" | "blob"): string;
}

const normal = (name: string): string => name.replaceAll(":", "__").toLowerCase();

export function readAppSettings(env: Readonly<Record<string, string>>): AppSettings {
  const settings = new Map(Object.entries(env).map(([name, value]) => [normal(name), value]));
  const get = (name: string): string | undefined => settings.get(normal(name));
  return {
    get,
    resolve: (text) =>
      text.replaceAll(/%([^%]+)%/g, (_whole, name: string) => {
        const value = get(name);
        if (!value)
          throw new TypeError(`The app setting ${name} is not set, and "${text}" needs it.`);
        return value;
      }),
    serviceUri: (prefix, service) => {
      const uri = get(`${prefix}__${service}ServiceUri`);
      if (uri) return uri;
      const account = get(`${prefix}__accountName`);
      if (account) return `https://${account}.${service}.core.windows.net`;
      const connectionString = get(prefix);
      if (connectionString)
        throw new NotEmulated(
          `The connection ${prefix} is a connection string; this host supports identities only.`,
        );
      throw new TypeError(
        `The connection ${prefix} is not set: ${prefix}__${service}ServiceUri is missing.`,
      );
    },
  };
}
