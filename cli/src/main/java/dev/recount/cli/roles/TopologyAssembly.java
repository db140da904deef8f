package dev.recount.cli.roles;

import dev.recount.schemas.Connection;
import java.nio.file.Path;
import java.util.Map;

/** Puts the topology together with its configuration. */
final class TopologyAssembly {
  /** Application ID, before the topic prefix is put in front. */
  static final String DEFAULT_APPLICATION_ID = "recount";

  private TopologyAssembly() {}

  static StreamsRole start(
      Connection connection, String applicationId, Path stateFolder, Map<String, String> settings) {
    throw new UnsupportedOperationException("TODO topology");
  }
}
