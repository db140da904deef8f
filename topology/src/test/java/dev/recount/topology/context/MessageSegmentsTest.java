package dev.recount.topology.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.SegmentKind;
import dev.recount.topology.convention.ChatMessage;
import dev.recount.topology.convention.ChatMessages;
import dev.recount.topology.convention.MessagePart;
import dev.recount.topology.convention.ToolDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageSegmentsTest {
  private static final ChatMessages MESSAGES =
      new ChatMessages(
          List.of(new ChatMessage(ChatMessage.SYSTEM, List.of(new MessagePart.Text("be kind")))),
          List.of(
              new ChatMessage(ChatMessage.USER, List.of(new MessagePart.Text("where is it?"))),
              new ChatMessage(
                  ChatMessage.ASSISTANT,
                  List.of(new MessagePart.ToolCall("call_1", "lookup", "{\"id\":1}"))),
              new ChatMessage(
                  ChatMessage.TOOL,
                  List.of(new MessagePart.ToolResult("call_1", "lookup", "on its way", false)))),
          List.of(),
          List.of(new ToolDefinition("lookup", "{\"name\":\"lookup\"}")));

  private final Contents contents = new Contents();

  @Test
  void aSegmentIsAMessageInTheOrderInWhichTheModelSawIt() {
    List<ContextSegment> segments = MessageSegments.of(MESSAGES, contents);
    assertThat(segments)
        .extracting(ContextSegment::getKind)
        .containsExactly(
            SegmentKind.SYSTEM,
            SegmentKind.OTHER,
            SegmentKind.USER,
            SegmentKind.ASSISTANT,
            SegmentKind.TOOL_RESULT);
    assertThat(segments.get(1).getSource()).isEqualTo(MessageSegments.TOOL_DEFINITIONS);
    assertThat(segments.get(4).getSource()).isEqualTo("call_1");
    assertThat(contents.byHash()).hasSize(5);
    assertThat(contents.get(segments.get(0).getContentSha256()))
        .isEqualTo(MESSAGES.system().get(0).canonicalJson());
  }

  @Test
  void reportedTokensAreSharedOutToTheLast() {
    List<ContextSegment> segments = MessageSegments.of(MESSAGES, contents);
    MessageSegments.shareOut(segments, 1001);
    assertThat(segments.stream().mapToLong(ContextSegment::getTokenCount).sum()).isEqualTo(1001);
    assertThat(segments).allMatch(segment -> segment.getTokenCount() >= 0);
  }

  @Test
  void withoutAReportTheEstimateStands() {
    List<ContextSegment> segments = MessageSegments.of(MESSAGES, contents);
    assertThat(segments.get(0).getTokenCount()).isEqualTo(3 + 2);
  }
}
