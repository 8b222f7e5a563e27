import { ok, type Answer } from "../../http/answer.ts";
import { GraphError } from "../../http/graph-error.ts";
import { demandPerson } from "../../rules/people-only.ts";
import {
  READ_BASIC_USERS,
  READ_WHOLE_GROUPS,
  WRITE_GROUPS,
  WRITE_USERS,
  type Needs,
} from "../../rules/permission.ts";
import type { Kind, Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { resolve } from "../resolve.ts";
import type { Route } from "../route.ts";

const READ: Needs = ["ProfilePhoto.Read.All", "ProfilePhoto.ReadWrite.All"];
const WRITE: Needs = ["ProfilePhoto.ReadWrite.All"];

/** The sizes that Graph keeps of each photo (profilephoto-get). */
const SIZES = [48, 64, 96, 120, 240, 360, 432, 504, 648];

const shelf = (call: Call): Map<string, Values> => call.tenant.shelves.of("photos");

/** @throws GraphError 404 in the words seen of the service that keeps photos */
function photoOf(call: Call, id: string): Values {
  const photo = shelf(call).get(id);
  if (photo) return photo;
  throw new GraphError(
    404,
    "ImageNotFound",
    "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
  );
}

const metadata = (photo: Values, size: number): Values => ({
  "@odata.mediaContentType": photo["type"],
  "@odata.mediaEtag": photo["etag"],
  id: `${size}x${size}`,
  height: size,
  width: size,
});

/** What the metadata of an object without a photo say (profilephoto-get). */
const NO_PHOTO: Values = {
  "@odata.mediaContentType": "image/gif",
  "@odata.mediaEtag": "",
  id: "1x1",
  height: 1,
  width: 1,
};

const image = (photo: Values): Answer => ({
  status: 200,
  headers: { ETag: String(photo["etag"]) },
  text: { type: String(photo["type"]), content: photo["bytes"] as Buffer },
});

/** @throws GraphError 400 for a body that is no picture */
function put(call: Call, id: string): Answer {
  const type = call.headers["content-type"] ?? "";
  const { bytes } = call;
  if (!bytes || bytes.length === 0 || !/^image\//i.test(type)) {
    throw new GraphError(400, "ErrorInvalidImage", "The image is empty or not of a known type.");
  }
  const etag = `"${call.tenant.directory.newId().slice(0, 8).toUpperCase()}"`;
  shelf(call).set(id, { type, etag, bytes });
  return { status: 200 };
}

function routesOf(set: string, kind: Kind, read: Needs, write: Needs): readonly Route[] {
  const path = `/${set}/:id`;
  const idIn = (call: Call): string => resolve(call, kind, call.params["id"] ?? "").entity.id;
  const context = (call: Call, rest: string): string =>
    `${call.root}/$metadata#${set}('${idIn(call)}')/${rest}`;
  const largest = SIZES.at(-1) ?? 648;
  const sized = (call: Call): number => {
    const size = SIZES.find((one) => `${one}x${one}` === call.params["size"]?.toLowerCase());
    photoOf(call, idIn(call));
    if (size === undefined) throw new GraphError(404, "ImageNotFound", "There is no such size.");
    return size;
  };
  const changes = (["PUT", "PATCH"] as const).map((method): Route => ({
    method,
    path: `${path}/photo/$value`,
    needs: write,
    handle: (call) => put(call, idIn(call)),
  }));
  return [
    {
      method: "GET",
      path: `${path}/photo`,
      needs: read,
      handle: (call) => {
        const photo = shelf(call).get(idIn(call));
        return ok({
          "@odata.context": context(call, "photo/$entity"),
          ...(photo ? metadata(photo, largest) : NO_PHOTO),
        });
      },
    },
    {
      method: "GET",
      path: `${path}/photo/$value`,
      needs: read,
      handle: (call) => image(photoOf(call, idIn(call))),
    },
    ...changes,
    {
      method: "DELETE",
      path: `${path}/photo/$value`,
      needs: write,
      handle: (call) => {
        photoOf(call, idIn(call));
        // No application can take away a group's (profilephoto-delete).
        if (kind === "group") demandPerson(call);
        shelf(call).delete(idIn(call));
        return { status: 200 };
      },
    },
    {
      method: "GET",
      path: `${path}/photos`,
      needs: read,
      handle: (call) => {
        const photo = shelf(call).get(idIn(call));
        return ok({
          "@odata.context": context(call, "photos"),
          value: photo ? SIZES.map((size) => metadata(photo, size)) : [],
        });
      },
    },
    {
      method: "GET",
      path: `${path}/photos/:size`,
      needs: read,
      handle: (call) =>
        ok({
          "@odata.context": context(call, "photos/$entity"),
          ...metadata(photoOf(call, idIn(call)), sized(call)),
        }),
    },
    {
      method: "GET",
      path: `${path}/photos/:size/$value`,
      needs: read,
      handle: (call) => {
        sized(call);
        return image(photoOf(call, idIn(call)));
      },
    },
  ];
}

export const photoRoutes: readonly Route[] = [
  ...routesOf("users", "user", [...READ, ...READ_BASIC_USERS], [...WRITE, ...WRITE_USERS]),
  ...routesOf("groups", "group", [...READ, ...READ_WHOLE_GROUPS], [...WRITE, ...WRITE_GROUPS]),
];
