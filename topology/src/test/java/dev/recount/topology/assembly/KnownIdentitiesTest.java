package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class KnownIdentitiesTest {
  private static final long MOST_BYTES = 16 << 20;

  private final KnownIdentities known = new KnownIdentities(MOST_BYTES);

  @Test
  void anEventIsNewOnce() {
    known.begin("t", keys(0, 100));
    for (int event = 0; event < 100; event++) {
      assertThat(known.addsNew("t", key(event))).isFalse();
    }
    for (int event = 100; event < 50_000; event++) {
      assertThat(known.addsNew("t", key(event))).isTrue();
      assertThat(known.addsNew("t", key(event))).isFalse();
      assertThat(known.addsNew("t", key(event / 2))).isFalse();
    }
  }

  @Test
  void ofATraceThatIsNotKnownFromItsBeginningNothingIsCertain() {
    assertThat(known.addsNew("t", key(0))).isFalse();
    known.begin("t", keys(0, 1));
    known.letGo("t");
    assertThat(known.addsNew("t", key(1))).isFalse();
  }

  @Test
  void tracesDoNotKnowOfEachOther() {
    known.begin("a", keys(0, 10));
    known.begin("b", keys(10, 20));
    assertThat(known.addsNew("a", key(15))).isTrue();
    assertThat(known.addsNew("b", key(5))).isTrue();
  }

  @Test
  void theTracesThatAreQuietForLongestMakeRoom() {
    int events = 20_000;
    int traces = (int) (MOST_BYTES / (events * 4L / 3 * Long.BYTES));
    for (int trace = 0; trace < traces; trace++) {
      known.begin("t" + trace, keys(0, events));
      assertThat(known.addsNew("t0", key(events + trace))).isTrue();
    }
    assertThat(known.addsNew("t0", key(-1))).isTrue();
    assertThat(known.addsNew("t1", key(-1))).isFalse();
    assertThat(known.addsNew("t" + (traces - 1), key(-1))).isTrue();
  }

  @Test
  void aTraceThatIsLargerThanAllRoomIsLetGo() {
    known.begin("small", keys(0, 10));
    known.begin("t", List.of());
    int event = 0;
    while (known.addsNew("t", key(event))) {
      event++;
    }
    assertThat(event).isGreaterThan(1_000_000);
    assertThat(known.addsNew("t", key(event + 1))).isFalse();
    known.begin("later", keys(0, 10));
    assertThat(known.addsNew("later", key(10))).isTrue();
  }

  private static List<Bytes> keys(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(KnownIdentitiesTest::key)
        .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
  }

  private static Bytes key(int event) {
    return Bytes.wrap(("trace/" + event).getBytes(StandardCharsets.UTF_8));
  }
}
