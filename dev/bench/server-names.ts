/** The service, bare `node:http` that the others are compared with, and what one would write by hand. */
export const names = {
  own: "koa-mongo-stack",
  bare: "node:http + driver",
  fastify: "Fastify + driver",
  koa: "Koa + Mongoose",
  fastifyMongoose: "Fastify + Mongoose",
  flask: "Flask + pymongo",
} as const;
export type Name = (typeof names)[keyof typeof names];
