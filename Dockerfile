# syntax=docker/dockerfile:1
# Diwan as an image. It needs DATABASE_URL; see deploy/compose.yml.

FROM node:22-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /source
COPY . .
# Compiled dependencies and tools stay in the cache between builds.
RUN --mount=type=cache,target=/cache,sharing=locked \
    --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    DIWAN_CACHE=/cache bash deploy/build /release

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/diwan --create-home diwan
COPY --from=build /release /opt/diwan
# hash.txt and Leptos.toml are looked for beside the program and in the working folder.
WORKDIR /opt/diwan
USER diwan
ENV LEPTOS_SITE_ROOT=/opt/diwan/site
EXPOSE 3000
VOLUME /var/lib/diwan
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/3000 && printf 'GET /health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200'"]
ENTRYPOINT ["/opt/diwan/diwan"]
CMD ["serve", "--addr", "0.0.0.0:3000", "--data", "/var/lib/diwan"]
