import { Agent, request } from "node:https";

/** The parts of the storage account's REST interface that the cloud itself uses, with bearer tokens. */
export interface StorageAccount {
  createContainer(name: string): Promise<void>;
  createQueue(name: string): Promise<void>;
  /** Sends text as Event Grid does: base64-encoded. */
  enqueue(queue: string, text: string): Promise<void>;
  close(): void;
}

export interface StorageAccountOptions {
  readonly account: string;
  readonly suffix: string;
  readonly blobPort: number;
  readonly queuePort: number;
  readonly caPem: string;
  /** A token for https://storage.azure.com. */
  readonly token: () => string;
}

/** Opens the account on Azurite's ports under its production names. */
export function openStorageAccount(options: StorageAccountOptions): StorageAccount {
  const agent = new Agent({ keepAlive: true });
  const send = (
    service: "blob" | "queue",
    method: string,
    path: string,
    expected: readonly number[],
    body = "",
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      const host = `${options.account}.${service}.${options.suffix}`;
      const sent = request(
        {
          host: "127.0.0.1",
          port: service === "blob" ? options.blobPort : options.queuePort,
          servername: host,
          ca: options.caPem,
          agent,
          method,
          path,
          headers: {
            Host: host,
            Authorization: `Bearer ${options.token()}`,
            "x-ms-version": "2021-12-02",
            "x-ms-date": new Date().toUTCString(),
            "Content-Length": Buffer.byteLength(body),
          },
        },
        (response) => {
          response.resume();
          response.once("end", () => {
            if (expected.includes(response.statusCode ?? 0)) resolve();
            else reject(new Error(`${method} ${path}: ${response.statusCode}`));
          });
        },
      );
      sent.once("error", reject);
      sent.end(body);
    });
  return {
    createContainer: (name) => send("blob", "PUT", `/${name}?restype=container`, [201, 409]),
    createQueue: (name) => send("queue", "PUT", `/${name}`, [201, 204, 409]),
    enqueue(queue, text) {
      const message = Buffer.from(text).toString("base64");
      return send(
        "queue",
        "POST",
        `/${queue}/messages`,
        [201],
        `<QueueMessage><MessageText>${message}</MessageText></QueueMessage>`,
      );
    },
    close: () => agent.destroy(),
  };
}
