declare const objectId: unique symbol;

/** The id of a directory object: a GUID, lower case. Only `toObjectId` makes one, so none is unchecked. */
export type ObjectId = string & { readonly [objectId]: true };

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isGuid = (text: string): boolean => GUID.test(text);

/** @throws TypeError if `text` is no GUID: callers check input with `isGuid` first. */
export function toObjectId(text: string): ObjectId {
  if (!isGuid(text)) throw new TypeError("an object id must be a GUID");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the check above is the guard
  return text.toLowerCase() as ObjectId;
}
