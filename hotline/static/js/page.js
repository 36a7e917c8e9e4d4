/* Every page starts here. Each part is an enhancement: without it the page still does its work. */

import { startAutosave } from "./autosave.js";
import { startForms } from "./forms.js";
import { startIdleLock } from "./idle.js";
import { startKeys } from "./keys.js";
import { startPolling } from "./poll.js";

startForms();
startPolling();
startAutosave();
startKeys();
startIdleLock();
