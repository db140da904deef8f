package dev.recount.sinks.alert;

import dev.recount.avro.Alert;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
import dev.recount.sinks.clickhouse.TestStack;
import java.util.HashMap;
import java.util.Map;

/** Alerts as they are in their topic, by the registry of the stack. */
final class AlertCodecs {
  private final String registry = TestStack.get().registryUrl();
  private final AvroCodec<Alert> codec =
      AvroCodec.of(
          Alert.class,
          Topics.withPrefix("").alerts().subject(),
          Connection.plain("", registry).newRegistryClient());

  byte[] encode(Alert alert) {
    return codec.encode(alert);
  }

  Map<String, String> configuration(String format, String url, Map<String, String> further) {
    Map<String, String> configuration = new HashMap<>();
    configuration.put(AlertSinkConfig.FORMAT_CONFIG, format);
    configuration.put(AlertSinkConfig.URL_CONFIG, url);
    configuration.put(AlertSinkConfig.REGISTRY_URL_CONFIG, registry);
    configuration.putAll(further);
    return configuration;
  }
}
