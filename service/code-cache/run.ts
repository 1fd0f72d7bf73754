import { stopPretenuring } from "./no-pretenuring.ts";
import { readPackedBundle } from "./packed-bundle.ts";

// The image starts with this file.
readPackedBundle(import.meta.dirname).run(require);
stopPretenuring();
