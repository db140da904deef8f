package dev.recount.cli.bisect.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HolmTest {
  @Test
  void theSmallestIsMultipliedByAllTheNextByOneLess() {
    // As R has it: p.adjust(c(0.03, 0.25, 0.0625, 0.5), "holm")
    assertThat(Holm.adjust(List.of(0.03, 0.25, 0.0625, 0.5)))
        .containsExactly(0.12, 0.5, 0.1875, 0.5);
  }

  @Test
  void theOrderIsKeptAndNothingExceedsOne() {
    // p.adjust(c(0.25, 0.375, 0.3), "holm")
    assertThat(Holm.adjust(List.of(0.25, 0.375, 0.3))).containsExactly(0.75, 0.75, 0.75);
    assertThat(Holm.adjust(List.of(0.9, 0.8))).containsExactly(1.0, 1.0);
    assertThat(Holm.adjust(List.of())).isEmpty();
  }
}
