package dev.recount.sinks.archive.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A server that speaks S3, started once for all tests as a process of its own; every test takes a
 * bucket of its own.
 */
public final class S3MockServer {
  private static final Pattern STARTED =
      Pattern.compile("Tomcat started on ports .*?(\\d+) \\(http\\)");
  private static final AtomicInteger BUCKETS = new AtomicInteger();

  private static final class Holder {
    static final S3MockServer SERVER = new S3MockServer();
  }

  private final URI endpoint;

  private S3MockServer() {
    // Where the AWS SDK looks first; the server takes any.
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-XX:TieredStopAtLevel=1",
                  "-jar",
                  Path.of("target", "s3mock", "s3mock-exec.jar").toString(),
                  "--server.port=0",
                  "--http.port=0")
              .redirectErrorStream(true)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      this.endpoint = URI.create("http://127.0.0.1:" + awaitPort(process));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static int awaitPort(Process process) throws IOException {
    StringBuilder said = new StringBuilder();
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.append(line).append('\n');
      Matcher started = STARTED.matcher(line);
      if (started.find()) {
        drain(output);
        return Integer.parseInt(started.group(1));
      }
    }
    throw new IllegalStateException("The S3 server did not start:\n" + said);
  }

  /** Whatever it says later must not fill the pipe and stop it. */
  private static void drain(BufferedReader output) {
    Thread drain = new Thread(() -> output.lines().forEach(line -> {}), "s3mock-output");
    drain.setDaemon(true);
    drain.start();
  }

  /** The running server. */
  public static S3MockServer get() {
    return Holder.SERVER;
  }

  /** The location of an archive in a bucket that is empty. */
  public StorageLocation.Bucket newBucket() {
    String bucket = "archive-" + BUCKETS.incrementAndGet();
    try (S3Client client = client()) {
      client.createBucket(request -> request.bucket(bucket));
    }
    return location(bucket);
  }

  /** The location of an archive in a bucket, whether or not there is one. */
  public StorageLocation.Bucket location(String bucket) {
    return (StorageLocation.Bucket)
        StorageLocation.parse(
            "s3://"
                + bucket
                + "/some/prefix?path-style=true&endpoint="
                + URLEncoder.encode(endpoint.toString(), StandardCharsets.UTF_8));
  }

  /** A client that does as it is told. */
  public S3Client client() {
    return S3Client.builder()
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .build();
  }
}
