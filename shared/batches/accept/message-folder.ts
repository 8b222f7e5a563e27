import { isRecord } from "../../core/record.ts";
import { folderOf } from "../../records/paths.ts";
import { batchNameIn } from "../message/envelope.ts";
import { messageFolder } from "../message/name.ts";
import type { BatchFolder, Context } from "./context.ts";

/** The folder in which to report what is wrong with a message: that of the batch it names, if it names one. */
export function folderOfMessage(
  { ports, allowed, messageId }: Context,
  value: unknown,
): BatchFolder {
  const batch = batchNameIn(value);
  if (batch === undefined) {
    const folder = messageFolder(messageId);
    return { batch: folder, folder };
  }
  const tenant = isRecord(value) ? value["tenant"] : undefined;
  const { homeTenant } = ports.settings;
  const known = allowed.tenants.find((each) => each === String(tenant).toLowerCase());
  return { batch, folder: folderOf(homeTenant, known ?? homeTenant, batch) };
}
