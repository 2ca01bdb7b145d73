# syntax=docker/dockerfile:1

# Builds Proctor from source. The commit is shown by `proctor --version`:
#   docker build --build-arg PROCTOR_COMMIT=$(git rev-parse --short HEAD) -t proctor .
FROM rust:1.95-slim-bookworm AS builder
WORKDIR /src
ARG PROCTOR_COMMIT=""
# Three C libraries are compiled on the way: SQLite, ring and zstd.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential pkg-config \
    && rm -rf /var/lib/apt/lists/*
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    PROCTOR_COMMIT="$PROCTOR_COMMIT" cargo build --release --locked --package proctor \
    && cp target/release/proctor /usr/local/bin/proctor

FROM debian:bookworm-slim
# Certificates: for key sets of OIDC issuers, and for `proctor upload` to other servers.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin proctor \
    && install --directory --owner proctor --group proctor --mode 0700 /data
COPY --from=builder /usr/local/bin/proctor /usr/local/bin/proctor
USER proctor
WORKDIR /data
VOLUME /data
ENV PROCTOR_LISTEN=0.0.0.0:8787 \
    PROCTOR_DATA_DIR=/data
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["proctor", "healthcheck"]
# The shutdown grace of the server is 30 s by default: `docker stop --time 40` lets uploads under way end.
STOPSIGNAL SIGTERM
ENTRYPOINT ["proctor"]
CMD ["serve"]
