package dev.recount.cli.context;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.SnapshotRecord;
import dev.recount.cli.output.Text;
import dev.recount.cli.trace.Paint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A window as a conversation that people can read. */
final class Transcript {
  private static final int PERCENT = 100;

  private final Paint paint;
  private final List<String> lines = new ArrayList<>();

  private Transcript(Paint paint) {
    this.paint = paint;
  }

  /**
   * The lines of a window.
   *
   * @throws dev.recount.cli.UserError when the content of a segment is not there
   */
  static List<String> of(ContextWindow window, Paint paint) {
    Transcript transcript = new Transcript(paint);
    transcript.header(window);
    Chat chat = Chat.of(window);
    if (!chat.tools().isEmpty()) {
      transcript.tools(Chat.tree(chat.tools()));
    }
    Chat.tree(chat.messages()).forEach(transcript::message);
    return transcript.lines;
  }

  private void header(ContextWindow window) {
    SnapshotRecord snapshot = window.snapshot();
    lines.add(paint.bold("Trace " + snapshot.getTraceId()) + fullness(snapshot));
    lines.add(
        "  window "
            + window.number()
            + " of "
            + window.of()
            + " · snapshot "
            + Text.printable(snapshot.getSnapshotId())
            + " · "
            + snapshot.getCapturedAt()
            + (snapshot.getVersions().getModel() == null
                ? ""
                : " · " + Text.printable(snapshot.getVersions().getModel())));
  }

  private static String fullness(SnapshotRecord snapshot) {
    Long tokens = snapshot.getTokenCount();
    Long limit = snapshot.getTokenLimit();
    if (tokens == null) {
      return "";
    }
    return "  "
        + (snapshot.getTokensEstimated() ? "about " : "")
        + Text.count(tokens)
        + (limit == null || limit == 0
            ? " tokens"
            : String.format(Locale.ROOT, " of %,d tokens, %d %%", limit, PERCENT * tokens / limit));
  }

  private void tools(JsonNode tools) {
    List<String> names = new ArrayList<>();
    tools.forEach(tool -> names.add(tool.at("/function/name").asText(tool.path("type").asText())));
    rule("tools", "");
    lines.add(paint.faint(Text.printable(String.join(", ", names))));
  }

  private void message(JsonNode message) {
    rule(
        Text.printable(message.path("role").asText("?")),
        Text.printable(message.path("tool_call_id").asText("")));
    text(message.path("reasoning_content"), true);
    JsonNode content = message.path("content");
    if (content.isArray()) {
      content.forEach(part -> text(part.has("text") ? part.path("text") : part, false));
    } else {
      text(content, false);
    }
    for (JsonNode call : message.path("tool_calls")) {
      lines.add(
          "→ "
              + paint.bold(Text.printable(call.at("/function/name").asText()))
              + " "
              + Text.printable(call.at("/function/arguments").asText())
              + paint.faint("  " + Text.printable(call.path("id").asText())));
    }
  }

  private void rule(String role, String of) {
    lines.add("");
    lines.add(paint.bold("── " + role) + (of.isEmpty() ? "" : paint.faint("  " + of)));
  }

  private void text(JsonNode value, boolean faint) {
    if (value.isMissingNode() || value.isNull()) {
      return;
    }
    String text = value.isTextual() ? value.textValue() : value.toString();
    text.lines()
        .map(Text::printable)
        .map(line -> faint ? paint.faint(line) : line)
        .forEach(lines::add);
  }
}
