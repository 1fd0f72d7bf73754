# One file of JavaScript out of the service and its dependencies.
FROM node:24-bookworm-slim AS bundle
WORKDIR /app
COPY package.json package-lock.json ./
COPY service/package.json service/
RUN --mount=type=cache,target=/npm-cache npm ci --cache=/npm-cache --workspace=service --include-workspace-root=false --ignore-scripts
COPY service service
RUN npm run bundle --workspace=service

# Node and nothing else: no shell, no package manager, user 65532.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
ENV NODE_ENV=production
WORKDIR /app
COPY --from=bundle /app/service/dist/main.cjs ./
EXPOSE 3000
CMD ["main.cjs"]
