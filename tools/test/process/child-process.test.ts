import { expect } from "chai";
import { runWithProgress } from "../../process/child-process.ts";

describe("work", () => {
  it("lets a program end in order after Ctrl-C, and then goes no further", async () => {
    const lines: string[] = [];
    const say = (line: string) => {
      lines.push(line);
      if (line === "begun") process.emit("SIGINT");
    };
    const working = runWithProgress("/bin/sh", ["-c", "echo begun; sleep 0.2; echo ended"], {}, say);
    const failure = await working.catch((error: unknown) => error);
    expect(failure).to.include({
      message: "Interrupted. To continue, run the command again.",
    });
    expect(lines).to.deep.equal(["begun", "interrupted: waiting for /bin/sh to stop", "ended"]);
  });
});
