import { app } from "@azure/functions";

import { application } from "../shared/app/compose.ts";

/** A message on `accept`: a batch, or the event that says a file has arrived. */
app.storageQueue("acceptBatch", {
  connection: "BatchStorage",
  queueName: "accept",
  handler: (message, context) => application(context).acceptBatch(message),
});
