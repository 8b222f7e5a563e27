/**
 * The application permissions in an access token; `[]` if it has none or cannot be read. The token is
 * not verified: it comes from Entra, and only the resource decides what it allows.
 */
export function rolesOf(token: string): readonly string[] {
  const roles = claimsOf(token)["roles"];
  return Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [];
}

/** The payload of a JWT, not verified; `{}` if it is no JWT. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"),
    );
    return typeof payload === "object" && payload !== null ? { ...payload } : {};
  } catch {
    return {};
  }
}
