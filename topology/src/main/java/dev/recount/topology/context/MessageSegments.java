package dev.recount.topology.context;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.SegmentKind;
import dev.recount.topology.convention.ChatMessage;
import dev.recount.topology.convention.ChatMessages;
import dev.recount.topology.convention.MessagePart;
import dev.recount.topology.convention.ToolDefinition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The segments of a context window as the messages of a model call tell them. */
public final class MessageSegments {
  /** Source of the segment that holds the definitions of the tools that were offered. */
  public static final String TOOL_DEFINITIONS = "tool_definitions";

  private static final String JSON = "application/json";

  private MessageSegments() {}

  /**
   * One segment a message, the instructions first, then the definitions of the tools, then the
   * conversation. The content is each message's canonical JSON.
   *
   * @param contents takes the messages themselves
   * @return segments with estimates of their tokens
   */
  public static List<ContextSegment> of(ChatMessages messages, Contents contents) {
    List<ContextSegment> segments = new ArrayList<>();
    messages.system().forEach(message -> segments.add(ofMessage(message, contents)));
    if (!messages.tools().isEmpty()) {
      segments.add(ofTools(messages.tools(), contents));
    }
    messages.input().forEach(message -> segments.add(ofMessage(message, contents)));
    return segments;
  }

  private static ContextSegment ofMessage(ChatMessage message, Contents contents) {
    long tokens = TokenEstimate.MESSAGE_TOKENS;
    String source = null;
    for (MessagePart part : message.parts()) {
      tokens += tokens(part);
      if (part instanceof MessagePart.ToolResult result && source == null) {
        source = result.id();
      }
    }
    return segment(
        kind(message.role()), source, tokens, contents.add(JSON, message.canonicalJson()));
  }

  private static ContextSegment ofTools(List<ToolDefinition> tools, Contents contents) {
    StringBuilder json = new StringBuilder("[");
    for (ToolDefinition tool : tools) {
      json.append(json.length() > 1 ? "," : "").append(tool.canonicalJson());
    }
    String content = json.append(']').toString();
    return segment(
        SegmentKind.OTHER,
        TOOL_DEFINITIONS,
        TokenEstimate.of(content),
        contents.add(JSON, content));
  }

  private static ContextSegment segment(
      SegmentKind kind, @Nullable String source, long tokens, String hash) {
    ContextSegment segment = new ContextSegment();
    segment.setKind(kind);
    segment.setSource(source);
    segment.setTokenCount(tokens);
    segment.setContentSha256(hash);
    segment.setContentType(JSON);
    return segment;
  }

  private static SegmentKind kind(String role) {
    return switch (role) {
      case ChatMessage.SYSTEM -> SegmentKind.SYSTEM;
      case ChatMessage.USER -> SegmentKind.USER;
      case ChatMessage.ASSISTANT -> SegmentKind.ASSISTANT;
      case ChatMessage.TOOL -> SegmentKind.TOOL_RESULT;
      default -> SegmentKind.OTHER;
    };
  }

  private static long tokens(MessagePart part) {
    if (part instanceof MessagePart.Text text) {
      return TokenEstimate.of(text.text());
    }
    if (part instanceof MessagePart.Reasoning reasoning) {
      return TokenEstimate.of(reasoning.text());
    }
    if (part instanceof MessagePart.ToolCall call) {
      return TokenEstimate.of(call.name()) + ofNullable(call.arguments());
    }
    if (part instanceof MessagePart.ToolResult result) {
      return ofNullable(result.result());
    }
    return TokenEstimate.of(((MessagePart.Other) part).json());
  }

  private static long ofNullable(@Nullable String text) {
    return text == null ? 0 : TokenEstimate.of(text);
  }

  /** Scales the estimates so that they add up to what the model reported of the whole window. */
  public static void shareOut(List<ContextSegment> segments, long reported) {
    long estimated = 0;
    for (ContextSegment segment : segments) {
      estimated += segment.getTokenCount();
    }
    long estimatedSoFar = 0;
    long givenSoFar = 0;
    for (ContextSegment segment : segments) {
      estimatedSoFar += segment.getTokenCount();
      long givenByNow = Math.round((double) reported * estimatedSoFar / estimated);
      segment.setTokenCount(givenByNow - givenSoFar);
      givenSoFar = givenByNow;
    }
  }
}
