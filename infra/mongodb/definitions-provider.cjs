// Upgrades the definitions of Percona's resources. Pulumi keeps this source code with the resource and runs it without
// the program, so it uses only Node's own modules.
const { execFile } = require("node:child_process");

const definition = "customresourcedefinition/perconaservermongodbs.psmdb.percona.com";

const contextArgs = ({ context }) => (context === undefined ? [] : ["--context", context]);

function kubectl(inputs, args) {
  return new Promise((resolve, reject) => {
    const options = { windowsHide: true, timeout: 120_000, maxBuffer: 64 * 1024 * 1024 };
    execFile("kubectl", [...contextArgs(inputs), ...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(Object.assign(error, { message: stderr.trim() || error.message }));
    });
  });
}

/** The version of the cluster's definitions. Empty for old definitions without a version label. Undefined without any. */
async function installedVersion(inputs) {
  const found = await kubectl(inputs, ["get", definition, "--ignore-not-found", "--output", "json"]);
  if (found.trim() === "") return undefined;
  return JSON.parse(found).metadata.labels?.["app.kubernetes.io/version"] ?? "";
}

function isOlder(version, wanted) {
  const numbers = (text) => (text.match(/\d+/g) ?? []).map(Number);
  const [one, two] = [numbers(version), numbers(wanted)];
  const position = two.findIndex((number, index) => number !== (one[index] ?? -1));
  return position !== -1 && (one[position] ?? -1) < two[position];
}

async function upgrade(inputs) {
  const installed = await installedVersion(inputs);
  // The operator's chart creates missing definitions. Newer definitions belong to another stack's newer operator.
  if (installed === undefined || !isOlder(installed, inputs.version)) return;
  const args = ["apply", "--server-side", "--force-conflicts", "--filename", inputs.url];
  await kubectl(inputs, args).catch((error) => {
    throw new Error(
      `The cluster has the definitions of Percona's operator ${installed || "of an unknown version"}, and the operator ` +
        `${inputs.version} needs newer definitions. kubectl could not apply them: ${error.message}\n` +
        `Nothing was changed. Run: kubectl ${[...contextArgs(inputs), ...args].join(" ")}, then \`up\` again.`,
    );
  });
}

exports.handler = () => ({
  async create(inputs) {
    await upgrade(inputs).catch((error) => {
      // A new stack needs no kubectl: the chart creates the definitions.
      if (error.code !== "ENOENT") throw error;
    });
    return { id: "definitions", outs: inputs };
  },
  async update(_id, _olds, news) {
    await upgrade(news).catch((error) => {
      throw error.code === "ENOENT"
        ? new Error("kubectl is not on PATH. Install kubectl: https://kubernetes.io/docs/tasks/tools/")
        : error;
    });
    return { outs: news };
  },
});
