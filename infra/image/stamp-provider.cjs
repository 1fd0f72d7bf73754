// Sets an image's stamp (image-stamp.ts). Pulumi keeps this source code with the resource, so the code uses only Node's
// own modules.
const { randomUUID } = require("node:crypto");
const { isDeepStrictEqual } = require("node:util");

exports.handler = () => ({
  // Only the old inputs hold the previous decision.
  async check(olds, news) {
    const isNew = news.isMissing === true || olds.stamp === undefined;
    const stamp = isNew ? randomUUID() : olds.stamp;
    const isBuilt = isNew || news.reference !== olds.reference || olds.args === undefined;
    return { inputs: { stamp, reference: news.reference, args: isBuilt ? news.args : olds.args } };
  },
  async diff(_id, olds, news) {
    return {
      changes: ["stamp", "reference", "args"].some((key) => !isDeepStrictEqual(olds[key], news[key])),
    };
  },
  async create(inputs) {
    return { id: "stamp", outs: inputs };
  },
  async update(_id, _olds, news) {
    return { outs: news };
  },
});
