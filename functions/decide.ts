import { app } from "@azure/functions";

import { application } from "../shared/app/compose.ts";

/** What a person decided: approve, reject, cancel, pause, resume, rerun or undo. */
app.storageQueue("decide", {
  connection: "BatchStorage",
  queueName: "decisions",
  handler: (message, context) => application(context).decide(message),
});
