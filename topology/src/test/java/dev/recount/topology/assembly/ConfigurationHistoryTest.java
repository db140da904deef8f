package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.topology.assembly.ConfigurationHistory.Edition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigurationHistoryTest {
  private static final byte[] POINTER = key("sampling");

  /** As earlier versions of Recount wrote it, whose state this one goes on with. */
  private static final byte[] UNDATED = ByteBuffer.allocate(Long.BYTES).putLong(2).array();

  private final ConfigurationHistory history = new ConfigurationHistory(Map.of());

  @Test
  void whatHasNoDateHasAlwaysBeenInForce() {
    history.read(key("sampling 2"), "two".getBytes(StandardCharsets.UTF_8));
    history.read(POINTER, UNDATED);
    assertThat(history.latest("sampling").map(Edition::text)).contains("two");
    assertThat(history.at("sampling", 0).map(Edition::number)).contains(2L);
  }

  @Test
  void untilTheNextOneIs() {
    history.read(key("sampling 2"), "two".getBytes(StandardCharsets.UTF_8));
    history.read(key("sampling 3"), "three".getBytes(StandardCharsets.UTF_8));
    history.read(key("sampling 4"), "four".getBytes(StandardCharsets.UTF_8));
    byte[] third = ConfigurationHistory.add(UNDATED, 3, 1_000);
    history.read(POINTER, ConfigurationHistory.add(third, 4, 2_000));
    assertThat(history.at("sampling", 999).map(Edition::text)).contains("two");
    assertThat(history.at("sampling", 1_999).map(Edition::text)).contains("three");
    assertThat(history.latest("sampling").map(Edition::text)).contains("four");
  }

  private static byte[] key(String name) {
    return (ConfigurationLog.PREFIX + name).getBytes(StandardCharsets.UTF_8);
  }
}
