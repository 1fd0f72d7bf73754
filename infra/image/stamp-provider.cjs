// What gives an image its stamp (image-stamp.ts). Pulumi keeps this text with the resource, so it uses nothing but Node's
// own modules.
const { randomUUID } = require("node:crypto");

exports.handler = () => ({
  // The old inputs are the one place where a program can see what it decided the last time.
  async check(olds, news) {
    const stamp = news.isMissing === true || olds.stamp === undefined ? randomUUID() : olds.stamp;
    return { inputs: { stamp } };
  },
  async diff(_id, olds, news) {
    return { changes: olds.stamp !== news.stamp };
  },
  async create(inputs) {
    return { id: "stamp", outs: inputs };
  },
  async update(_id, _olds, news) {
    return { outs: news };
  },
});
