package dev.recount.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.recount.local.process.PortInUseException;
import dev.recount.local.process.StackException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStackTest {
  @TempDir Path folder;

  @Test
  void dataStaysWithTheFolderAndTheFolderTakesOneStack() throws Exception {
    LocalStackOptions options = LocalStackOptions.in(folder).withPorts(0, 0, 0);
    try (LocalStack stack = LocalStack.start(options)) {
      try (Admin admin = admin(stack)) {
        admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1))).all().get();
      }
      assertThat(sql(stack, "CREATE TABLE kept (id UInt8) ENGINE = MergeTree ORDER BY id"))
          .isEmpty();
      register(stack);
      assertThat(stack.failure()).isEmpty();
      assertThatThrownBy(() -> LocalStack.start(options))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("in use by another running stack");
    }
    try (LocalStack stack = LocalStack.start(options);
        Admin admin = admin(stack)) {
      assertThat(admin.listTopics().names().get()).contains("kept");
      assertThat(sql(stack, "SHOW TABLES")).isEqualTo("kept\n");
      assertThat(get(stack.registryUrl() + "/subjects")).isEqualTo("[\"kept-value\"]");
    }
  }

  @Test
  void childrenIgnoreCtrlCAndEndWhenTheirParentIsKilled() throws Exception {
    Process parent =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                StackHolder.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    String[] words = childrenOf(parent).split(" ", -1);
    List<Optional<ProcessHandle>> children =
        List.of(
            ProcessHandle.of(Long.parseLong(words[1])), ProcessHandle.of(Long.parseLong(words[2])));
    try {
      assertThat(children).allMatch(Optional::isPresent);

      // Ctrl-C in a terminal reaches the children too; they leave it to their parent.
      new ProcessBuilder("kill", "-INT", words[1], words[2]).start().waitFor();
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(30))
          .until(() -> children.stream().allMatch(child -> child.orElseThrow().isAlive()));

      parent.destroyForcibly().waitFor();

      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> children.stream().noneMatch(child -> child.orElseThrow().isAlive()));
    } finally {
      children.forEach(child -> child.ifPresent(ProcessHandle::destroyForcibly));
    }
    try (LocalStack stack = LocalStack.start(LocalStackOptions.in(folder).withPorts(0, 0, 0));
        Admin admin = admin(stack)) {
      TopicPartition partition = new TopicPartition(StackHolder.TOPIC, 0);
      assertThat(
              admin
                  .listOffsets(Map.of(partition, OffsetSpec.latest()))
                  .partitionResult(partition)
                  .get()
                  .offset())
          .isEqualTo(1);
      assertThat(sql(stack, "SELECT 1")).isEqualTo("1\n");
    }
  }

  @Test
  void aPortInUseIsToldBeforeAnythingStarts() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();
      assertThatThrownBy(() -> LocalStack.start(LocalStackOptions.in(folder).withPorts(0, port, 0)))
          .isInstanceOfSatisfying(
              PortInUseException.class, e -> assertThat(e.option()).isEqualTo("--registry-port"))
          .hasMessageContaining(Integer.toString(port));
    }
    assertThat(Files.exists(folder.resolve("kafka"))).isFalse();
  }

  @Test
  void serversElsewhereTakeThePlaceOfEmbeddedOnes() {
    LocalStackOptions options =
        LocalStackOptions.in(folder)
            .withPorts(0, 0, 0)
            .withRegistryUrl("http://registry.example:8081")
            .withClickHouseUrl("http://clickhouse.example:8123");
    try (LocalStack stack = LocalStack.start(options)) {
      assertThat(stack.registry()).isEmpty();
      assertThat(stack.registryUrl()).isEqualTo("http://registry.example:8081");
      assertThat(stack.clickHouse()).isEmpty();
      assertThat(stack.clickHouseUrl()).isEqualTo("http://clickhouse.example:8123");
      assertThat(stack.failure()).isEmpty();
    }
  }

  private static String childrenOf(Process parent) throws Exception {
    StringBuilder said = new StringBuilder();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8));
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(StackHolder.CHILDREN)) {
        return line;
      }
      said.append(line).append('\n');
    }
    throw new AssertionError("The parent ended before its stack was ready:\n" + said);
  }

  private static Admin admin(LocalStack stack) {
    return Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()));
  }

  private static void register(LocalStack stack) throws Exception {
    send(
        HttpRequest.newBuilder(URI.create(stack.registryUrl() + "/subjects/kept-value/versions"))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"schema\": \"{\\\"type\\\": \\\"string\\\"}\"}")));
  }

  private static String sql(LocalStack stack, String statement) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(stack.clickHouseUrl()))
            .POST(HttpRequest.BodyPublishers.ofString(statement)));
  }

  private static String get(String url) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url)));
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }
}
