/** The app's settings as the host reads them: names without regard to case, `:` and `__` alike. */
export interface AppSettings {
  get(name: string): string | undefined;
  /**
   * `text`, or the setting it names where it is `%NAME%` as a whole or in part.
   * @throws TypeError where that setting is unset or empty; Azure would leave the function dead.
   */
  resolve(text: string): string;
  /**
   * The address of a storage service for a connection prefix, by identity.
   * @throws TypeError where neither `<prefix>__<service>ServiceUri` nor `<prefix>__accountName` is set.
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
      throw new TypeError(
        connectionString
          ? `The connection ${prefix} is a connection string; this host knows identities only.`
          : `The connection ${prefix} is not set: ${prefix}__${service}ServiceUri is missing.`,
      );
    },
  };
}
