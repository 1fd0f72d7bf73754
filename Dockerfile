# Images have digests, so that every build uses the same ones. Renovate updates the digests.
# For a mirror without these digests: --build-arg NODE_IMAGE=…
ARG NODE_IMAGE=node:24-bookworm-slim@sha256:235600a8101ab264e117b1768e925532262668dc9b581ef1dd7d96ced463b8e7
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot@sha256:14d42e2511532589a7c7e01a753667a74fcc96266e137e8125006b87b0c32d0a

# Bundles the service and its dependencies into one JavaScript file, tracing into another, and adds the page's assets.
FROM ${NODE_IMAGE} AS bundle
WORKDIR /app
COPY package.json package-lock.json ./
COPY service/package.json service/
# For a company's network: the text of an .npmrc, and a CA in PEM. The image has only the bundle of this stage.
ARG NPMRC
ARG BUILD_CA
RUN --mount=type=cache,target=/npm-cache --mount=type=tmpfs,target=/settings \
  printf '%s\n' "$NPMRC" > /settings/npmrc && \
  if [ -n "$BUILD_CA" ]; then printf '%s\n' "$BUILD_CA" > /settings/ca.pem; export NODE_EXTRA_CA_CERTS=/settings/ca.pem; fi && \
  npm ci --userconfig=/settings/npmrc --cache=/npm-cache --workspace=service --include-workspace-root=false --ignore-scripts
COPY service service
# In a checkout under umask 077, only the owner can read the files, and the image has another user.
# Without npm, whose messages would hide the error of the bundler.
RUN node service/bundle.ts && chmod -R u=rwX,go=rX service/dist

# Only Node: no shell, no package manager, user 65532.
FROM ${RUNTIME_IMAGE} AS run
ENV NODE_ENV=production
WORKDIR /app

# Packs the service with the code that V8 compiles while the service starts, for the same Node with the same flags.
FROM run AS pack
USER root
COPY --from=bundle /app/service/dist ./
ENV LOG_LEVEL=error METRICS_PORT=9464
RUN ["/nodejs/bin/node", "--no-memory-reducer", "--min-semi-space-size=4", "pack.cjs"]

FROM run
COPY --from=bundle /app/service/dist/assets assets
COPY --from=bundle /app/service/dist/tracing.cjs /app/service/dist/run.cjs ./
COPY --from=pack /app/main.cjs.gz /app/main.cjs.cache ./
EXPOSE 3000 9464
# Without the first flag, V8 frees all the memory it can after a pause of eight seconds, also what its compiled code
# needs. Then requests cost 1.2 times as much.
# The second flag gives new objects 4 MiB at once. With V8's small first heap, a twentieth of the start is collections.
CMD ["--no-memory-reducer", "--min-semi-space-size=4", "run.cjs"]
