package dev.recount.connectors.importing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a chat.
 *
 * @param content text; null when there is none
 * @param toolCalls calls that an assistant asked for; else empty
 * @param toolCallId for {@link Role#TOOL}, the call that this answers; else null
 * @param json the message exactly as it is in the file
 */
public record RecordedMessage(
    Role role,
    @Nullable String content,
    List<RecordedToolCall> toolCalls,
    @Nullable String toolCallId,
    String json) {
  /** Who speaks. */
  public enum Role {
    /** The application. */
    SYSTEM,
    /** The user. */
    USER,
    /** The model. */
    ASSISTANT,
    /** A tool, with its result. */
    TOOL
  }

  /** Copies the list. */
  public RecordedMessage {
    toolCalls = List.copyOf(toolCalls);
  }

  /** The text, empty when there is none. */
  String text() {
    return content == null ? "" : content;
  }
}
