import * as v from "valibot";

import { check } from "../../core/check.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { isRecord } from "../../core/record.ts";
import type { FileVersion } from "../../records/manifest.ts";

/** What an Event Grid message says: a new file in `inbox`, or something that does not concern us. */
export type BlobEvent =
  | { readonly kind: "blob"; readonly file: FileVersion }
  | { readonly kind: "ignored"; readonly why: string };

const CREATED = "Microsoft.Storage.BlobCreated";
const SUBJECT = /^\/blobServices\/default\/containers\/([^/]+)\/blobs\/(.+)$/s;

const Created = v.object({
  subject: v.string(),
  data: v.object({ eTag: v.pipe(v.string(), v.nonEmpty()) }),
});

const isCloudEvent = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isRecord(value) && "specversion" in value && "type" in value;
const isGridEvent = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isRecord(value) && "eventType" in value && "subject" in value;
const isEvent = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isCloudEvent(value) || isGridEvent(value);

/**
 * Reads an event of the CloudEvents 1.0 or the Event Grid schema, alone or in an array of one;
 * `undefined` if the value is not an event. Events of other types and containers are ignored, not
 * refused, so that a subscription without a filter does no harm.
 *
 * @throws InputRefusal MESSAGE_INVALID for an array of several; OperatorError MESSAGE_INVALID for a
 * BlobCreated event without subject or ETag.
 */
export function readBlobEvent(value: unknown): BlobEvent | undefined {
  if (Array.isArray(value) && value.length > 0 && value.every(isEvent)) {
    if (value.length === 1) return readOne(value[0]!);
    throw new InputRefusal(
      "MESSAGE_INVALID",
      `The message holds ${value.length} events; one message carries one.`,
      "Deliver each event as a message of its own, as Event Grid does to a storage queue.",
    );
  }
  return isEvent(value) ? readOne(value) : undefined;
}

function readOne(event: Readonly<Record<string, unknown>>): BlobEvent {
  const type = isCloudEvent(event) ? event["type"] : event["eventType"];
  if (type !== CREATED) return { kind: "ignored", why: `an event other than ${CREATED}` };
  const { subject, data } = check(Created, event, {
    what: "event",
    fix: "Let Event Grid send its own events, unchanged; the sweep finds the file in the meantime.",
  });
  const [, container, path] = SUBJECT.exec(subject) ?? [];
  if (container !== "inbox" || path === undefined) {
    return { kind: "ignored", why: "an event of another container" };
  }
  return { kind: "blob", file: { path, etag: data.eTag.replaceAll('"', "") } };
}

/** The event that a file in `inbox` should have caused, for a file whose event was lost. */
export const blobEventOf = (file: FileVersion): string =>
  JSON.stringify({
    specversion: "1.0",
    type: CREATED,
    source: "sweep",
    id: file.etag,
    subject: `/blobServices/default/containers/inbox/blobs/${file.path}`,
    data: { eTag: file.etag },
  });
