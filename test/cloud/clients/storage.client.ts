import { ManagedIdentityCredential } from "@azure/identity";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";

/* The storage clients, signed in by identity, on production host names. */
const { env } = process;
const identity = new ManagedIdentityCredential({
  clientId: env["MANAGED_IDENTITY_CLIENT_ID"] ?? "",
});
const blobs = new BlobServiceClient(env["BatchStorage__blobServiceUri"] ?? "", identity);
const queues = new QueueServiceClient(env["BatchStorage__queueServiceUri"] ?? "", identity);
const containers: string[] = [];
for await (const { name } of blobs.listContainers()) containers.push(name);
const names: string[] = [];
for await (const { name } of queues.listQueues()) names.push(name);
const blob = blobs.getContainerClient("inbox").getBlockBlobClient("user.disable/leavers.csv");
await blob.upload("user\nann@contoso.com\n", 22);
const text = (await blob.downloadToBuffer()).toString("utf8");
const queue = queues.getQueueClient(JSON.parse(env["CLIENT_INPUT"] ?? "{}").queue ?? "accept");
await queue.sendMessage("hello");
const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
process.stdout.write(
  JSON.stringify({
    containers,
    queues: names,
    text,
    messages: receivedMessageItems.map((item) => item.messageText),
  }),
);
