# syntax=docker/dockerfile:1
# Node 24.22.1 is the first 24 with the fix for the Brotli flaw of 2026: do not go below it.
ARG NODE_IMAGE=node:24.22.1-slim

# What is needed to compile. The embedded PostgreSQL (an optional dependency) has no place in an
# image: it is refused in production. No package needs its install script for what happens here.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=optional --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && chmod 755 dist/programs/oauth10.js

# What is needed to run.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN ln -s /app/dist/programs/oauth10.js /usr/local/bin/oauth10
# Files belong to root and the process does not, so that it cannot change its own program. A
# number, since Kubernetes can tell only from a number that a user is not root.
USER 10001:10001
EXPOSE 3000 3001
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ADMIN_PORT || 3001}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# No shell and no npm between the container and node: SIGTERM reaches it. The first line of the command bounds
# V8's heap.
CMD ["oauth10", "serve"]
