import { loadBundle } from "./cached-bundle.ts";

// What the image runs.
loadBundle(import.meta.dirname).run();
