package dev.recount.topology;

import static dev.recount.topology.Spans.TRACE;
import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.chat;
import static dev.recount.topology.Spans.spanId;
import static dev.recount.topology.Spans.tool;
import static dev.recount.topology.Spans.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SegmentRun;
import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Versions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was in the context window, told by the messages of model calls or by snapshots. */
@SuppressWarnings("NullAway.Init")
class ContextTest {
  private static final String SYSTEM =
      "[{\"type\":\"text\",\"content\":\"never refund above 500\"}]";

  @TempDir Path stateDirectory;
  private Pipeline pipeline;

  @BeforeEach
  void start() {
    pipeline = new Pipeline(stateDirectory);
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private static String user(String text) {
    return "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"" + text + "\"}]}";
  }

  private static String asks(int call) {
    return "{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"call-"
        + call
        + "\",\"name\":\"inventory\",\"arguments\":{\"a\":2,\"b\":1}}]}";
  }

  private static String answers(int call) {
    return "{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"call-"
        + call
        + "\",\"response\":\"42\"}]}";
  }

  private static io.opentelemetry.proto.trace.v1.Span shown(int id, String... messages) {
    return with(
            chat(id, 1, 100L * id, 100L * id + 50),
            "gen_ai.system_instructions",
            SYSTEM,
            "gen_ai.input.messages",
            "[" + String.join(",", messages) + "]")
        .build();
  }

  @Test
  void aWindowThatMessagesTellOfIsStampedToTheMicrosecond() {
    long start = Spans.nano(200) + 123_456;
    pipeline.send(
        agent(1, 0, 2000).build(),
        shown(2, user("is it there?")).toBuilder().setStartTimeUnixNano(start).build());
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.snapshotRecords().get(0).getCapturedAt())
        .isEqualTo(Pipeline.START.plusMillis(200).plusNanos(123_000));
  }

  private void sendConversation() {
    pipeline.send(
        agent(1, 0, 2000).build(),
        shown(2, user("is it there?")),
        tool(3, 1, "inventory", 260, 290).build(),
        shown(4, user("is it there?"), asks(3), answers(3)));
    pipeline.pass(Duration.ofSeconds(12));
  }

  @Test
  void aModelCallWithMessagesHasASnapshot() {
    sendConversation();
    List<SnapshotRecord> snapshots = pipeline.snapshotRecords();
    assertThat(snapshots).hasSize(2).allMatch(SnapshotRecord::getDerived);
    SnapshotRecord first = snapshots.get(0);
    assertThat(first.getSpanId()).isEqualTo(spanId(2));
    assertThat(first.getTokenCount()).isEqualTo(100);
    assertThat(first.getTokensEstimated()).isFalse();
    assertThat(first.getTokenLimit()).isEqualTo(128_000);
    assertThat(first.getSegments())
        .extracting(segment -> segment.getKind())
        .containsExactly(SegmentKind.SYSTEM, SegmentKind.USER);
    assertThat(first.getTokensByKind().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(100);
    SnapshotRecord second = snapshots.get(1);
    assertThat(second.getBaseSnapshotId()).isEqualTo(first.getSnapshotId());
    assertThat(second.getKept()).containsExactly(new SegmentRun(0, 0, 2));
    assertThat(second.getSegments())
        .extracting(segment -> segment.getKind())
        .containsExactly(SegmentKind.ASSISTANT, SegmentKind.TOOL_RESULT);
    assertThat(second.getSegmentCount()).isEqualTo(4);
    assertThat(second.getEvictedSegments()).isZero();
  }

  @Test
  void aToolCallWasDecidedInTheWindowOfTheModelCallThatAskedForIt() {
    sendConversation();
    List<DecisionRecord> decisions = pipeline.decisionRecords();
    String window = pipeline.snapshotRecords().get(0).getSnapshotId();
    assertThat(decisions)
        .filteredOn(decision -> "inventory".equals(decision.getToolName()))
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.getSnapshotId()).isEqualTo(window);
              assertThat(call.getContextTokens()).isEqualTo(100);
              assertThat(call.getContextLimit()).isEqualTo(128_000);
            });
  }

  @Test
  void aMessageIsSentOnceHoweverManyCallsRepeatIt() {
    sendConversation();
    assertThat(contents()).hasSize(4).doesNotHaveDuplicates();
    // Amended, and said again: nothing new to send.
    pipeline.send(shown(5, user("is it there?"), asks(3), answers(3), user("thanks")));
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(contents()).hasSize(1).allMatch(content -> content.contains("thanks"));
  }

  private List<String> contents() {
    return pipeline
        .read(pipeline.topics.snapshotContents(), pipeline.codecs.snapshotContents())
        .stream()
        .flatMap(record -> record.getContents().stream())
        .map(SnapshotContent::getContent)
        .collect(Collectors.toList());
  }

  @Test
  void anInstructionThatIsGoneIsFlagged() {
    pipeline.send(
        agent(1, 0, 2000).build(),
        shown(2, user("is it there?")),
        with(
                chat(4, 1, 400, 500),
                "gen_ai.input.messages",
                "[" + user("is it there?") + "," + user("well?") + "]")
            .build());
    pipeline.pass(Duration.ofSeconds(12));
    SnapshotRecord second = pipeline.snapshotRecords().get(1);
    assertThat(second.getLostInstructions()).hasSize(1);
    assertThat(pipeline.decisionRecords())
        .filteredOn(decision -> spanId(4).equals(decision.getSpanId()))
        .singleElement()
        .satisfies(
            call -> assertThat(call.getFlags()).contains("instruction_lost", "context_evicted"));
  }

  @Test
  void aSnapshotThatIsSentTakesThePlaceOfThoseThatWereMade() {
    sendConversation();
    List<String> made = new ArrayList<>();
    pipeline.snapshotRecords().forEach(row -> made.add(row.getSnapshotId()));
    Versions versions = new Versions();
    versions.setAgentName("shop");
    pipeline.send(
        ContextSnapshot.newBuilder()
            .setSnapshotId("sent")
            .setTraceId(TRACE)
            .setSpanId(spanId(2))
            .setCapturedAt(Pipeline.START.plusMillis(200))
            .setTokenCount(77L)
            .setSegments(
                List.of(
                    ContextSegment.newBuilder()
                        .setKind(SegmentKind.USER)
                        .setContent("is it there?")
                        .build()))
            .setVersions(versions)
            .build());
    pipeline.pass(Duration.ofSeconds(12));
    List<SnapshotRecord> rows = pipeline.snapshotRecords();
    assertThat(rows)
        .filteredOn(SnapshotRecord::getDeleted)
        .extracting(SnapshotRecord::getSnapshotId)
        .containsExactlyInAnyOrderElementsOf(made);
    assertThat(rows)
        .filteredOn(row -> !row.getDeleted())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.getSnapshotId()).isEqualTo("sent");
              assertThat(row.getDerived()).isFalse();
            });
  }
}
