package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Which spans beyond its cap a trace is folded again for. */
class LastFoldTest {
  private static LastFold awaiting(int parents) {
    LastFold fold = new LastFold(20);
    for (int parent = 0; parent < parents; parent++) {
      fold.awaits("parent-" + parent);
    }
    ByteBuffer bytes = ByteBuffer.allocate(fold.bytes());
    fold.write(bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    return LastFold.read(bytes.flip(), fold.knowsKin());
  }

  @Test
  void onlyParentsThatAreAwaitedConcernIt() {
    assertThat(awaiting(0).concerns("parent-0", false)).isFalse();
    LastFold fold = awaiting(128);
    assertThat(fold.concerns("parent-0", false)).isTrue();
    assertThat(fold.concerns("parent-127", false)).isTrue();
    assertThat(fold.concerns("other", false)).isFalse();
    assertThat(awaiting(200).concerns("other", false)).as("more than are kept").isTrue();
  }

  @Test
  void anotherEditionConcernsItWhereParentsBeyondTheCapWereFolded() {
    LastFold fold = awaiting(3);
    assertThat(fold.concerns("other", true)).isFalse();
    fold.climbed();
    assertThat(fold.concerns("other", true)).isTrue();
  }
}
