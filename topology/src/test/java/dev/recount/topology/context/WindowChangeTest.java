package dev.recount.topology.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SegmentRun;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WindowChangeTest {
  private static final String LONG =
      "The refund policy says that an order can be returned. ".repeat(9);

  private final Contents contents = new Contents();

  @Test
  void aGrowingConversationTellsOnlyWhatIsNew() {
    Window before = window("a", system("be kind"), user("hello"));
    Window now = window("b", system("be kind"), user("hello"), assistant("hi"), user("refund me"));
    WindowChange change = WindowChange.between(before, now, false);
    assertThat(change.baseSnapshotId()).isEqualTo("a");
    assertThat(change.kept()).containsExactly(new SegmentRun(0, 0, 2));
    assertThat(change.added()).containsExactly(2, 3);
    assertThat(change.evictedSegments()).isZero();
    assertThat(change.evictedTokens()).isZero();
    assertThat(change.compacted()).isFalse();
    assertThat(change.lostInstructions()).isEmpty();
  }

  @Test
  void whatFellOutOfASlidingWindowIsEvicted() {
    Window before = window("a", system("be kind"), user("one"), assistant("two"), user("three"));
    Window now = window("b", system("be kind"), user("three"), assistant("four"));
    WindowChange change = WindowChange.between(before, now, false);
    assertThat(change.kept()).containsExactly(new SegmentRun(0, 0, 1), new SegmentRun(1, 3, 1));
    assertThat(change.added()).containsExactly(2);
    assertThat(change.evictedSegments()).isEqualTo(2);
    assertThat(change.evictedTokens()).isEqualTo(20);
    assertThat(change.compacted()).isFalse();
  }

  @Test
  void instructionsThatAreGoneAreNamed() {
    ContextSegment rule = system("never refund above 500");
    Window change = window("b", system("be kind"), user("hello"));
    assertThat(
            WindowChange.between(window("a", system("be kind"), rule, user("hello")), change, false)
                .lostInstructions())
        .containsExactly(rule.getContentSha256());
  }

  @Test
  void aSummaryInPlaceOfTheBeginningIsACompaction() {
    Window before = window("a", system("be kind"), user("one"), assistant("two"), user("three"));
    Window now = window("b", system("be kind"), user("Summary: one, two"), user("three"));
    WindowChange change = WindowChange.between(before, now, false);
    assertThat(change.compacted()).isTrue();
    assertThat(change.evictedSegments()).isEqualTo(2);
  }

  @Test
  void aCallThatSaysItWasCompactedIsBelieved() {
    Window window = window("a", user("one"));
    assertThat(WindowChange.between(window, window("b", user("one")), true).compacted()).isTrue();
  }

  @Test
  void aToolResultCutShortIsTruncatedAndNotEvicted() {
    Window before = window("a", user("one"), result("call_1", "a very long result"));
    Window now = window("b", user("one"), result("call_1", "a very"), assistant("done"));
    WindowChange change = WindowChange.between(before, now, false);
    assertThat(change.truncated()).containsOnlyKeys(1).containsEntry(1, 1);
    assertThat(change.evictedSegments()).isZero();
  }

  @Test
  void aMessageCutShortIsRecognisedByHowItBegins() {
    Window before = window("a", user(LONG), assistant("yes"));
    Window now = window("b", user(LONG.substring(0, 200) + "…"), assistant("yes"));
    WindowChange change = WindowChange.between(before, now, false);
    assertThat(change.truncated()).containsEntry(0, 0);
    assertThat(change.evictedSegments()).isZero();
    assertThat(change.compacted()).isFalse();
  }

  @Test
  void equalMessagesAreToldApartByTheirOrder() {
    Window before = window("a", user("ok"), assistant("x"), user("ok"), assistant("y"));
    Window now = window("b", user("ok"), assistant("x"), user("ok"), assistant("y"), user("ok"));
    WindowChange change = WindowChange.between(before, now, false);
    assertThat(change.kept()).containsExactly(new SegmentRun(0, 0, 4));
    assertThat(change.added()).containsExactly(4);
  }

  @Property(tries = 500)
  void keptAndAddedTogetherAreTheWindow(
      @ForAll @Size(max = 30) List<@IntRange(max = 6) Integer> before,
      @ForAll @Size(max = 30) List<@IntRange(max = 6) Integer> now) {
    Window base = ofNumbers("a", before);
    Window window = ofNumbers("b", now);
    WindowChange change = WindowChange.between(base, window, false);
    ContextSegment[] told = new ContextSegment[now.size()];
    for (SegmentRun run : change.kept()) {
      for (int i = 0; i < run.getCount(); i++) {
        told[run.getPosition() + i] = base.segments().get(run.getBasePosition() + i);
      }
    }
    change.added().forEach(position -> told[position] = window.segments().get(position));
    assertThat(told).containsExactlyElementsOf(window.segments());
    int keptSegments = change.kept().stream().mapToInt(SegmentRun::getCount).sum();
    assertThat(keptSegments + change.added().size()).isEqualTo(now.size());
    assertThat(keptSegments + change.truncated().size() + change.evictedSegments())
        .isEqualTo(before.size());
  }

  private Window ofNumbers(String id, List<Integer> numbers) {
    List<ContextSegment> segments = new ArrayList<>();
    numbers.forEach(number -> segments.add(user("message " + number)));
    return new Window(id, segments, contents);
  }

  private Window window(String id, ContextSegment... segments) {
    return new Window(id, List.of(segments), contents);
  }

  private ContextSegment system(String text) {
    return segment(SegmentKind.SYSTEM, text);
  }

  private ContextSegment user(String text) {
    return segment(SegmentKind.USER, text);
  }

  private ContextSegment assistant(String text) {
    return segment(SegmentKind.ASSISTANT, text);
  }

  private ContextSegment result(String call, String text) {
    ContextSegment segment = segment(SegmentKind.TOOL_RESULT, text);
    segment.setSource(call);
    return segment;
  }

  private ContextSegment segment(SegmentKind kind, String text) {
    ContextSegment segment = new ContextSegment();
    segment.setKind(kind);
    segment.setTokenCount(10L);
    segment.setContentType("text/plain");
    segment.setContentSha256(contents.add("text/plain", text));
    return segment;
  }
}
