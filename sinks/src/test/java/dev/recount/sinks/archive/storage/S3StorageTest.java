package dev.recount.sinks.archive.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

class S3StorageTest extends ObjectStorageContract {
  @Override
  ObjectStorage open() {
    return S3MockServer.get().newBucket().open();
  }

  @Test
  void namesHaveThePrefix() {
    StorageLocation.Bucket location = S3MockServer.get().newBucket();
    try (ObjectStorage prefixed = location.open();
        S3Client client = S3MockServer.get().client()) {
      prefixed.putIfAbsent("a/b", utf8("x"));
      assertThat(
              client.listObjectsV2(request -> request.bucket(location.bucket())).contents().stream()
                  .map(object -> object.key()))
          .containsExactly("some/prefix/a/b");
    }
  }

  @Test
  void aBucketThatIsNotThereIsAMistakeThatLasts() {
    try (ObjectStorage missing = S3MockServer.get().location("no-such-bucket").open()) {
      assertThatThrownBy(missing::prepare)
          .isInstanceOfSatisfying(
              StorageException.class, failed -> assertThat(failed.isPassing()).isFalse())
          .hasMessageContaining("no-such-bucket");
    }
  }

  @Test
  void aStoreThatDoesNotAnswerIsWaitedFor() throws IOException {
    S3MockServer.get(); // sets credentials
    HttpServer server = serving(503);
    int port = server.getAddress().getPort();
    try (ObjectStorage busy = at(port)) {
      assertPasses(busy);
      server.stop(0);
      assertPasses(busy);
    }
  }

  @Test
  void aStoreThatOverwritesIsRefused() throws IOException {
    S3MockServer.get();
    HttpServer server = serving(200);
    try (ObjectStorage careless = at(server.getAddress().getPort())) {
      assertThatThrownBy(careless::prepare)
          .isInstanceOfSatisfying(
              StorageException.class, failed -> assertThat(failed.isPassing()).isFalse())
          .hasMessageContaining("conditional writes");
    } finally {
      server.stop(0);
    }
  }

  private static void assertPasses(ObjectStorage storage) {
    assertThatThrownBy(() -> storage.putIfAbsent("a/b", utf8("x")))
        .isInstanceOfSatisfying(
            StorageException.class, failed -> assertThat(failed.isPassing()).isTrue());
  }

  private static ObjectStorage at(int port) {
    return StorageLocation.parse(
            "s3://bucket?path-style=true&endpoint=http%3A%2F%2F127.0.0.1%3A" + port)
        .open();
  }

  /** A server that answers everything with one status. */
  private static HttpServer serving(int status) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    return server;
  }
}
