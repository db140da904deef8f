package dev.recount.local.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.local.install.Installation;
import dev.recount.local.install.InstallationListener;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaRegistryProcessTest {
  private static final AvroSchema FIRST = new AvroSchema(schema(""));
  private static final AvroSchema WITH_DEFAULT =
      new AvroSchema(schema(", {\"name\": \"added\", \"type\": \"int\", \"default\": 0}"));
  private static final AvroSchema WITHOUT_DEFAULT =
      new AvroSchema(schema(", {\"name\": \"broken\", \"type\": \"int\"}"));

  @TempDir Path folder;

  @Test
  void confluentClientsFindTheRegistryAtTheRoot() throws Exception {
    Installation installation = Installation.ofThisUser(InstallationListener.SILENT);
    int id;
    try (SchemaRegistryProcess registry = SchemaRegistryProcess.start(installation, folder, 0)) {
      SchemaRegistryClient client = new CachedSchemaRegistryClient(registry.url(), 10);
      id = client.register("traces/of agents-value", FIRST);

      assertThat(client.getAllSubjects()).containsExactly("traces/of agents-value");
      assertThat(client.getCompatibility(null)).isEqualTo("BACKWARD_TRANSITIVE");
      assertThat(client.testCompatibility("traces/of agents-value", WITH_DEFAULT)).isTrue();
      assertThat(client.testCompatibility("traces/of agents-value", WITHOUT_DEFAULT)).isFalse();
      assertThatThrownBy(() -> client.register("traces/of agents-value", WITHOUT_DEFAULT))
          .isInstanceOfSatisfying(
              RestClientException.class, e -> assertThat(e.getStatus()).isEqualTo(409));
      assertThat(get(registry.url() + "/", "localhost").body()).isEqualTo("{}");
      assertThat(get(registry.url() + "/apis/registry/v3/system/info", "localhost").statusCode())
          .isEqualTo(200);
      assertThat(registry.failure()).isEmpty();
    }

    try (SchemaRegistryProcess registry = SchemaRegistryProcess.start(installation, folder, 0)) {
      SchemaRegistryClient client = new CachedSchemaRegistryClient(registry.url(), 10);
      assertThat(client.getId("traces/of agents-value", FIRST)).isEqualTo(id);
      assertThat(client.getSchemaById(id)).isEqualTo(FIRST);

      ProcessHandle process = ProcessHandle.of(registry.processId()).orElseThrow();
      process.destroyForcibly();
      process.onExit().get(1, TimeUnit.MINUTES);
      HttpResponse<String> answer = get(registry.url() + "/subjects", "localhost");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("ended unexpectedly with exit code 137");
    }
  }

  private static String schema(String more) {
    return "{\"type\": \"record\", \"name\": \"T\", \"fields\": [{\"name\": \"id\", \"type\": \"string\"}"
        + more
        + "]}";
  }

  private static HttpResponse<String> get(String url, String origin) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).header("Origin", "http://" + origin).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }
}
