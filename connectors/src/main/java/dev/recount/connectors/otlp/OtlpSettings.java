package dev.recount.connectors.otlp;

import dev.recount.schemas.Topics;
import java.time.Duration;
import java.util.List;

/**
 * Where the receiver listens and how much it takes.
 *
 * @param bindAddress address to listen on, a numeric IP address or a host name of this machine
 * @param grpcPort port of OTLP over gRPC; 0 takes a free one
 * @param httpPort port of OTLP over HTTP; 0 takes a free one
 * @param maximumBodyBytes largest request body, as sent and as inflated
 * @param maximumBytesInFlight bytes of all request bodies held at once; over it requests are
 *     answered with "try again". A request that is alone is taken whatever its size. Decoding takes
 *     about four times as much heap
 * @param requestTimeout how long a request may take from its first byte; longer than a record may
 *     wait for Kafka, so that the client hears why
 * @param tracePaths HTTP paths that take spans
 * @param logPaths HTTP paths that take log records
 * @param topics where they go
 */
public record OtlpSettings(
    String bindAddress,
    int grpcPort,
    int httpPort,
    int maximumBodyBytes,
    long maximumBytesInFlight,
    Duration requestTimeout,
    List<String> tracePaths,
    List<String> logPaths,
    Topics topics) {
  /** The port that the OTLP specification gives to gRPC. */
  public static final int DEFAULT_GRPC_PORT = 4317;

  /** The port that the OTLP specification gives to HTTP. */
  public static final int DEFAULT_HTTP_PORT = 4318;

  /** The limit that the OTLP specification advises, in bytes. */
  public static final int DEFAULT_MAXIMUM_BODY_BYTES = 64 << 20;

  /** Copies the lists and checks the ranges. */
  public OtlpSettings {
    tracePaths = List.copyOf(tracePaths);
    logPaths = List.copyOf(logPaths);
    if (maximumBodyBytes <= 0 || maximumBytesInFlight <= 0) {
      throw new IllegalArgumentException("Limits in bytes must be positive");
    }
  }

  /** Loopback, the usual ports, every one of the {@link Doors}, 64 MiB a body, 128 in flight. */
  public static OtlpSettings defaults(Topics topics) {
    return new OtlpSettings(
        "127.0.0.1",
        DEFAULT_GRPC_PORT,
        DEFAULT_HTTP_PORT,
        DEFAULT_MAXIMUM_BODY_BYTES,
        2L * DEFAULT_MAXIMUM_BODY_BYTES,
        Duration.ofSeconds(60),
        Doors.tracePaths(),
        Doors.logPaths(),
        topics);
  }

  /** The same on another address. */
  public OtlpSettings withBindAddress(String address) {
    return new OtlpSettings(
        address,
        grpcPort,
        httpPort,
        maximumBodyBytes,
        maximumBytesInFlight,
        requestTimeout,
        tracePaths,
        logPaths,
        topics);
  }

  /** The same on other ports; 0 takes a free one. */
  public OtlpSettings withPorts(int grpc, int http) {
    return new OtlpSettings(
        bindAddress,
        grpc,
        http,
        maximumBodyBytes,
        maximumBytesInFlight,
        requestTimeout,
        tracePaths,
        logPaths,
        topics);
  }

  /** The same with other limits, in bytes. */
  public OtlpSettings withLimits(int bodyBytes, long bytesInFlight) {
    return new OtlpSettings(
        bindAddress,
        grpcPort,
        httpPort,
        bodyBytes,
        bytesInFlight,
        requestTimeout,
        tracePaths,
        logPaths,
        topics);
  }

  /** The same with other paths, for clients that insist on theirs. */
  public OtlpSettings withPaths(List<String> traces, List<String> logs) {
    return new OtlpSettings(
        bindAddress,
        grpcPort,
        httpPort,
        maximumBodyBytes,
        maximumBytesInFlight,
        requestTimeout,
        traces,
        logs,
        topics);
  }
}
