// Comfort on top of pages that work without it.
import htmx from "htmx.org";

import { offerReading } from "./aloud";
import { keepDrafts } from "./draft";
import { guardDoubleSubmit } from "./once";
import { listenForKeys } from "./keys";
import { playRecordings } from "./player";

// The content security policy forbids inline styles and eval; htmx must not try either.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.historyCacheSize = 0; // pages with personal data do not stay in the browser's storage

guardDoubleSubmit(document);
keepDrafts(document);
playRecordings(document);
listenForKeys(document);
offerReading(document);
