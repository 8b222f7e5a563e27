import { app } from "@azure/functions";

import { settlePoison } from "../shared/app/compose.ts";

/** One function per queue: it reports in the batch's folder what was given up. A poison queue has no poison queue of its own. */
const functionOfQueue = {
  accept: "settleAcceptPoison",
  run: "settleRunPoison",
  "certificate-events": "settleCertificateEventsPoison",
  decisions: "settleDecisionsPoison",
};

for (const [queue, name] of Object.entries(functionOfQueue)) {
  app.storageQueue(name, {
    connection: "BatchStorage",
    queueName: `${queue}-poison`,
    handler: (message, context) => settlePoison(queue, message, context),
  });
}
