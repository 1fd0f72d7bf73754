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

  it("drops the colors of a program that doesn't know it writes into a pipe", async () => {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const script = "printf '\\033[31mFATA\\033[0m[0000] pulling image\\n'; exit 1";
    const failure = await runWithProgress("/bin/sh", ["-c", script], {}, say).catch(
      (error: unknown) => error,
    );
    expect(lines).to.deep.equal(["FATA[0000] pulling image"]);
    expect((failure as Error).message.split("\n")[0]).to.equal("FATA[0000] pulling image");
  });
});
