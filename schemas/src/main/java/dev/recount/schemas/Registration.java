package dev.recount.schemas;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import org.apache.avro.Schema;

/** Registers the contracts of the catalogue, so that any client in any language finds them. */
public final class Registration {
  /** Compatibility that every subject of the catalogue is held to. */
  public static final String COMPATIBILITY = "BACKWARD_TRANSITIVE";

  private Registration() {}

  /**
   * Registers the value schema of every topic that has one and sets the subjects' compatibility.
   *
   * @throws RegistryUnavailableException when the registry does not answer, or holds a version that
   *     ours is not compatible with
   */
  public static void registerAll(SchemaRegistryClient registry, Topics topics) {
    for (Topic topic : topics.all()) {
      topic.value().ifPresent(schema -> register(registry, topic.subject(), schema));
    }
  }

  private static void register(SchemaRegistryClient registry, String subject, Schema schema) {
    try {
      registry.register(subject, new AvroSchema(schema));
      registry.updateCompatibility(subject, COMPATIBILITY);
    } catch (IOException | RestClientException failed) {
      throw new RegistryUnavailableException(
          "Cannot register " + subject + " in the schema registry: " + failed.getMessage(), failed);
    }
  }
}
