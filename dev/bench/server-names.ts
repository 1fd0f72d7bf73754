/** Names of the service, of bare `node:http` as the baseline, and of other handwritten servers. */
export const names = {
  own: "koa-mongo-stack",
  bare: "node:http + driver",
  fastify: "Fastify + driver",
  koa: "Koa + Mongoose",
  fastifyMongoose: "Fastify + Mongoose",
  flask: "Flask + pymongo",
} as const;
export type Name = (typeof names)[keyof typeof names];
