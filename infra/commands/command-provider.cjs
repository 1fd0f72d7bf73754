// Runs the commands of a Command resource. Pulumi keeps this source code with each such resource, so that `destroy`
// needs no program. The code uses only Node's own modules. After each change here, `up` runs every command again, in
// place.
const { execFile } = require("node:child_process");

async function runEach(commands) {
  for (const [program = "", ...args] of commands) {
    await new Promise((resolve, reject) => {
      execFile(program, args, { windowsHide: true }, (error, stdout, stderr) => {
        if (error === null) {
          resolve();
          return;
        }
        const output = (stderr + stdout).trim();
        const problem =
          error.code === "ENOENT" ? `${program} is not on PATH.` : output === "" ? error.message : output;
        reject(new Error(`${problem}\nThe command was: ${[program, ...args].join(" ")}`));
      });
    });
  }
}

exports.handler = () => ({
  async create(inputs) {
    await runEach(inputs.create);
    return { id: "done", outs: inputs };
  },
  // In place, because a replacement would finally delete the new result, which has the same name.
  async update(_id, _olds, news) {
    await runEach(news.create);
    return { outs: news };
  },
  async delete(_id, state) {
    if (state.delete !== undefined) await runEach([state.delete]);
  },
});
