/** What Graph shows only if it is expanded; an operation selects it as it selects a property. */
const relationships: readonly string[] = ["manager"];

/** Whether a name that an operation selects is not a property. */
export const isRelationship = (name: string): boolean => relationships.includes(name);

/** The query that shows these properties, each once; of the manager, which is a relationship, the id. */
export function selecting(names: readonly string[]): `?${string}` {
  const shown = [...new Set(names)];
  const expanded = shown.filter(isRelationship).map(expand).join("");
  return `?${expanded}$select=${shown.filter((name) => !isRelationship(name)).join(",")}`;
}

/** The same query with further properties. */
export function selectingAlso(url: `/${string}`, names: readonly string[]): `/${string}` {
  if (names.length === 0) return url;
  const shown = url.split(/[=,(?&)]/);
  const more = names.filter((name) => !shown.includes(name));
  const properties = more.filter((name) => !isRelationship(name));
  const expanded = more.filter(isRelationship).map(expand).join("");
  const [path = "", query = ""] = url.slice(1).split("?");
  return `/${path}?${expanded}${[query, ...properties].join(",")}`;
}

const expand = (name: string): string => `$expand=${name}($select=id)&`;
