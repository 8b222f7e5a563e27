import { app } from "@azure/functions";

import { settlePoison } from "../shared/app/compose.ts";

/** One registration per queue: what was given up is said in the batch. A poison queue has none of its own. */
for (const queue of ["accept", "run", "certificate-events"]) {
  app.storageQueue(`settle-poison-${queue}`, {
    connection: "BatchStorage",
    queueName: `${queue}-poison`,
    handler: (message, context) => settlePoison(queue, message, context),
  });
}
