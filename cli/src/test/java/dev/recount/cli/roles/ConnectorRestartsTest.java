package dev.recount.cli.roles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.local.connect.ConnectorStatus;
import dev.recount.local.connect.ConnectorStatus.TaskStatus;
import dev.recount.local.process.StackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectorRestartsTest {
  private static final String SINK = "sink";
  private static final RuntimeException NONE = new IllegalStateException("none");

  private final List<Long> restartedAtSecond = new ArrayList<>();
  private long now = Duration.ofDays(1).toNanos();
  private final long began = now;
  private String task = "RUNNING";
  private RuntimeException trouble = NONE;

  private final ConnectorRestarts restarts =
      new ConnectorRestarts(
          List.of(SINK),
          name -> {
            if (trouble != NONE) {
              throw trouble;
            }
            return Optional.of(
                new ConnectorStatus(
                    name, "RUNNING", "", List.of(new TaskStatus(0, task, "Readonly\n  at x"))));
          },
          name -> restartedAtSecond.add(Duration.ofNanos(now - began).toSeconds()),
          () -> now);

  @Test
  void whatRunsIsLeftAlone() {
    pass(60);
    assertThat(restartedAtSecond).isEmpty();
    assertThat(restarts.outlook(SINK)).isEmpty();
  }

  @Test
  void whatFailsAgainAndAgainIsStartedEverMoreRarelyAndForEver() {
    task = "FAILED";
    pass(300);
    assertThat(restartedAtSecond).startsWith(2L, 5L, 10L, 19L, 36L, 69L, 130L, 191L, 252L);
  }

  @Test
  void theHealthOfWhatHasFailedSaysWhenItIsStartedAgain() {
    task = "FAILED";
    pass(1);
    assertThat(restarts.outlook(SINK)).isEqualTo("; failed 1 times, started again in 1 s");
  }

  @Test
  void whatHasRecoveredIsStartedPromptlyWhenItFailsAgain() {
    task = "FAILED";
    pass(100);
    task = "RUNNING";
    pass(121);
    restartedAtSecond.clear();
    task = "FAILED";
    pass(3);
    assertThat(restartedAtSecond).containsExactly(223L);
  }

  @Test
  void aWorkerThatDoesNotAnswerIsAskedAgain() {
    assertAskedAgainAfter(new StackException("no answer"));
  }

  @Test
  void whatNobodyForesawDoesNotEndTheWatch() {
    assertAskedAgainAfter(new IllegalStateException("an answer that cannot be read"));
  }

  private void assertAskedAgainAfter(RuntimeException answer) {
    task = "FAILED";
    trouble = answer;
    pass(10);
    trouble = NONE;
    pass(2);
    assertThat(restartedAtSecond).containsExactly(12L);
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      now += Duration.ofSeconds(1).toNanos();
      restarts.look();
    }
  }
}
