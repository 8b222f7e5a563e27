/*
 * Preload for Azurite. It ends Azurite when the process that started it is gone, which would keep running after a
 * kill -9; and it puts off Azurite's search for content that no blob has any more: after half an hour of a large
 * batch the search, which comes every ten minutes, sorts all it knows anew for each piece that it deletes, and
 * answers nobody for minutes.
 */
"use strict";

const process = require("node:process");

const constants = require("azurite/dist/src/blob/utils/constants.js");

process.on("disconnect", () => process.exit(0));

constants.DEFAULT_GC_INTERVAL_MS = 24 * 60 * 60 * 1000;
