package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.NavigableMap;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecentEntriesTest {
  private static final int MOST_BYTES = 16 << 20;

  private final RecentEntries recent = new RecentEntries(MOST_BYTES);

  @Test
  void allOfASmallTraceIsThereInTheOrderOfTheStore() {
    recent.begin("t");
    recent.put("t", key("b"), new byte[2]);
    recent.put("t", key("a"), new byte[1]);
    recent.put("t", key("b"), new byte[3]);

    assertThat(all("t").keySet()).containsExactly(key("a"), key("b"));
    assertThat(all("t").values()).extracting(value -> value.length).containsExactly(1, 3);
  }

  @Test
  void whatIsNotKnownFromItsBeginningIsLeftToTheStore() {
    recent.put("t", key("a"), new byte[1]);
    assertThat(recent.of("t")).isNull();

    recent.begin("t");
    recent.put("t", key("a"), new byte[1]);
    recent.letGo("t");
    recent.put("t", key("b"), new byte[1]);
    assertThat(recent.of("t")).isNull();
  }

  @Test
  void aTraceThatGrowsIsLetGo() {
    recent.begin("many");
    for (int event = 0; event <= RecentEntries.MOST_EVENTS; event++) {
      assertThat(recent.of("many")).isNotNull();
      recent.put("many", key("e" + event), new byte[1]);
    }
    assertThat(recent.of("many")).isNull();

    recent.begin("large");
    recent.put("large", key("e"), new byte[RecentEntries.MOST_TRACE_BYTES]);
    assertThat(recent.of("large")).isNull();
  }

  @Test
  void noneIsTakenInWhereThereIsNoRoomUntilThereIs() {
    int most = MOST_BYTES / (RecentEntries.MOST_TRACE_BYTES / 2) + 1;
    int taken = 0;
    for (int trace = 0; trace < most; trace++) {
      recent.begin("t" + trace);
      taken += recent.of("t" + trace) == null ? 0 : 1;
      recent.put("t" + trace, key("e"), new byte[RecentEntries.MOST_TRACE_BYTES / 2]);
    }
    assertThat(taken).isBetween(most / 2, most - 1);
    assertThat(recent.of("t" + (most - 1))).isNull();

    recent.letGo("t0");
    recent.letGo("t1");
    recent.begin("later");
    assertThat(recent.of("later")).isEmpty();
  }

  @Test
  void whatReplacesAnEventTakesItsRoom() {
    recent.begin("t");
    for (int time = 0; time < 1_000; time++) {
      recent.put("t", key("e"), new byte[RecentEntries.MOST_TRACE_BYTES / 2]);
    }
    assertThat(all("t")).hasSize(1);
    recent.begin("other");
    assertThat(recent.of("other")).isNotNull();
  }

  private NavigableMap<Bytes, byte[]> all(String owner) {
    @Nullable NavigableMap<Bytes, byte[]> all = recent.of(owner);
    assertThat(all).isNotNull();
    return all;
  }

  private static Bytes key(String name) {
    return Bytes.wrap(name.getBytes(StandardCharsets.UTF_8));
  }
}
