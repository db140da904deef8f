# syntax=docker/dockerfile:1

# The `recount` command in an image. Its class path is the one that the launcher `./recount` uses.

# Node and npm, by which the page is built; neither is in the image.
FROM node:20.20.2-bookworm-slim AS node

FROM maven:3.9.11-eclipse-temurin-17 AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
WORKDIR /src
COPY . .
# The jars are copied out in the same step: the cache of Maven is no part of the layer. The order of
# the class path is kept in an argument file for `java`.
RUN --mount=type=cache,target=/maven \
    mvn -B -q -Dmaven.repo.local=/maven -Drecount.quick -Dmaven.test.skip=true -Dspotless.check.skip=true -pl cli -am package \
    && mkdir -p /image/lib \
    && cp cli/target/recount-cli.jar /image/lib/ \
    && tr ':' '\n' < cli/target/classpath.txt | xargs cp -t /image/lib \
    && { printf -- '-cp\n/opt/recount/lib/recount-cli.jar'; \
         tr ':' '\n' < cli/target/classpath.txt | sed 's|.*/|:/opt/recount/lib/|' | tr -d '\n'; \
         printf '\n'; } > /image/class-path \
    && cp LICENSE /image/

FROM eclipse-temurin:17-jre-noble
RUN groupadd --system --gid 10001 recount \
    && useradd --system --uid 10001 --gid recount --home-dir /var/lib/recount --create-home recount
COPY --from=build /image /opt/recount
USER recount
WORKDIR /var/lib/recount
VOLUME /var/lib/recount

# Java takes it from the environment, so that it can be changed there. RocksDB needs memory outside
# the heap, 192 MiB at most.
ENV JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError -Dfile.encoding=UTF-8 -Djava.awt.headless=true -Drecount.terminal=false"

# OTLP over gRPC, OTLP over HTTP, and Recount's own: health, feedback and the page.
EXPOSE 4317 4318 8090

HEALTHCHECK --interval=10s --timeout=10s --start-period=30s --retries=12 \
    CMD ["curl", "--fail", "--silent", "--show-error", "http://127.0.0.1:8090/health"]

ENTRYPOINT ["java", "@/opt/recount/class-path", "dev.recount.cli.Main"]
CMD ["--help"]
