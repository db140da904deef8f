package dev.recount.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The shape of the topology, node by node. A change of it is a change of the state that running
 * applications have: it needs a new application ID. When it is meant, replace the file by the
 * actual description that the failure shows.
 */
class TopologyDescriptionTest {
  private static final Path GOLDEN = Path.of("src/test/resources/topology.txt");

  @Test
  void theTopologyIsTheOneThatWasReviewed() throws IOException {
    Topics topics = Topics.withPrefix("");
    TopologyCodecs codecs = TopologyCodecs.of(new MockSchemaRegistryClient(), topics);
    String description =
        RecountTopology.build(topics, codecs, TopologySettings.defaults()).describe().toString();
    assertThat(description).isEqualTo(Files.readString(GOLDEN));
  }
}
