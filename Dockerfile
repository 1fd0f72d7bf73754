# By digest, so that they are the same images tomorrow: Renovate moves them. A mirror without: --build-arg NODE_IMAGE=…
ARG NODE_IMAGE=node:24-bookworm-slim@sha256:235600a8101ab264e117b1768e925532262668dc9b581ef1dd7d96ced463b8e7
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot@sha256:14d42e2511532589a7c7e01a753667a74fcc96266e137e8125006b87b0c32d0a

# One file of JavaScript out of the service and its dependencies, another for tracing, and what the page loads.
FROM ${NODE_IMAGE} AS bundle
WORKDIR /app
COPY package.json package-lock.json ./
COPY service/package.json service/
# For a company's network: the text of an .npmrc, and a CA in PEM. Nothing of this stage but its bundle is in the image.
ARG NPMRC
ARG BUILD_CA
RUN --mount=type=cache,target=/npm-cache --mount=type=tmpfs,target=/settings \
  printf '%s\n' "$NPMRC" > /settings/npmrc && \
  if [ -n "$BUILD_CA" ]; then printf '%s\n' "$BUILD_CA" > /settings/ca.pem; export NODE_EXTRA_CA_CERTS=/settings/ca.pem; fi && \
  npm ci --userconfig=/settings/npmrc --cache=/npm-cache --workspace=service --include-workspace-root=false --ignore-scripts
COPY service service
# A checkout under umask 077 has files that only their owner can read; the image's user is another one.
RUN npm run bundle --workspace=service && chmod -R u=rwX,go=rX service/dist

# Node and nothing else: no shell, no package manager, user 65532.
FROM ${RUNTIME_IMAGE} AS run
ENV NODE_ENV=production
WORKDIR /app
COPY --from=bundle /app/service/dist ./

# What V8 makes of that file, by the same Node, under the same path and user: with any other it would not be used.
# A service that ends at once is an image all the same: its pods say why.
FROM run AS compile
USER root
RUN ["/nodejs/bin/node", "-e", "fs.mkdirSync('cache'); fs.chownSync('cache', 65532, 65532)"]
USER 65532
ENV NODE_COMPILE_CACHE=/app/cache MONGODB_URI=mongodb://127.0.0.1:1/app LOG_LEVEL=error METRICS_PORT=9464
RUN ["/nodejs/bin/node", "-e", "process.on('exit', () => { process.exitCode = 0 }); require('/app/main.cjs'); setTimeout(process.exit, 1000)"]

FROM run
COPY --from=compile /app/cache cache
ENV NODE_COMPILE_CACHE=/app/cache
EXPOSE 3000 9464
CMD ["main.cjs"]
