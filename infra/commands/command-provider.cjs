// Runs the commands of a Command resource. Pulumi keeps this text with each such resource, so that `destroy` needs no
// program: the text uses Node's own modules only. After each change of it, `up` runs every command again, in place.
const { execFile } = require("node:child_process");

async function runEach(commands) {
  for (const [program = "", ...args] of commands) {
    await new Promise((resolve, reject) => {
      execFile(program, args, { windowsHide: true }, (error, stdout, stderr) => {
        if (error === null) {
          resolve();
          return;
        }
        const said = (stderr + stdout).trim();
        const why =
          error.code === "ENOENT" ? `${program} is not on PATH.` : said === "" ? error.message : said;
        reject(new Error(`${why}\nThis was: ${[program, ...args].join(" ")}`));
      });
    });
  }
}

exports.handler = () => ({
  async create(inputs) {
    await runEach(inputs.create);
    return { id: "done", outs: inputs };
  },
  // In place: a replacement would at its end delete what it has just made under the same name.
  async update(_id, _olds, news) {
    await runEach(news.create);
    return { outs: news };
  },
  async delete(_id, state) {
    if (state.delete !== undefined) await runEach([state.delete]);
  },
});
