import { askKubectl } from "../../support/cluster-kubectl.ts";
import { removeAtInterrupt } from "../../support/interrupt.ts";

/** Objects that a test put into the cluster. */
export interface Applied {
  /** Deletes the objects, and waits until they are gone. */
  remove(): Promise<void>;
}

/** Timeout of a deletion. */
const deletionSeconds = 180;

/**
 * Applies a manifest or objects. Ctrl-C deletes them.
 * @param manifest path of a file, or objects
 * @throws {Error} with kubectl's output. The objects applied until then are deleted
 */
export async function apply(manifest: string | readonly object[]): Promise<Applied> {
  const [file, input] =
    typeof manifest === "string"
      ? [manifest, ""]
      : ["-", JSON.stringify({ apiVersion: "v1", kind: "List", items: manifest })];
  const remove = async () => {
    forget();
    const options = ["--ignore-not-found", `--timeout=${deletionSeconds}s`, "--filename", file];
    await run(["delete", ...options], input);
  };
  const forget = removeAtInterrupt(remove);
  try {
    // Custom resource definitions are too large for the annotation of a client-side apply.
    await run(["apply", "--server-side", "--force-conflicts", "--filename", file], input);
  } catch (error) {
    await remove().catch(() => undefined);
    throw error;
  }
  return { remove };
}

async function run(args: readonly string[], input: string): Promise<void> {
  const { code, stderr, stdout } = await askKubectl(args, { input });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
}
