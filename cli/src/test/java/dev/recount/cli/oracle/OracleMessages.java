package dev.recount.cli.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.recount.cli.oracle.Telemetry.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages of the one shape that the generator writes, and the window that they tell. */
final class OracleMessages {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TOKENS_OF_A_MESSAGE = 3;

  private static final Map<String, String> KIND =
      Map.of("system", "SYSTEM", "user", "USER", "assistant", "ASSISTANT");

  private OracleMessages() {}

  private record Message(String role, List<String> texts) {}

  private static List<Message> read(@Nullable String json) {
    List<Message> messages = new ArrayList<>();
    if (json == null) {
      return messages;
    }
    try {
      for (JsonNode message : JSON.readTree(json)) {
        List<String> texts = new ArrayList<>();
        message.path("parts").forEach(part -> texts.add(part.path("content").asText()));
        messages.add(new Message(message.path("role").asText(), texts));
      }
    } catch (JsonProcessingException wrong) {
      throw new IllegalStateException(wrong);
    }
    return messages;
  }

  /** What the model said; null when that was not recorded. */
  static @Nullable String said(Telemetry.Span span) {
    List<String> lines = new ArrayList<>();
    read(span.text("gen_ai.output.messages")).forEach(message -> lines.addAll(message.texts()));
    return lines.isEmpty() ? null : String.join("\n", lines);
  }

  /** The messages that the model was shown, the instructions first. */
  static List<Segment> shown(Telemetry.Span span, @Nullable Long reported) {
    List<Message> messages = read(span.text("gen_ai.input.messages"));
    List<Long> estimates = new ArrayList<>();
    for (Message message : messages) {
      long estimate = TOKENS_OF_A_MESSAGE;
      for (String text : message.texts()) {
        double tokens = 0;
        for (char letter : text.toCharArray()) {
          tokens += letter < 128 ? 0.25 : 0.75;
        }
        estimate += (long) Math.ceil(tokens);
      }
      estimates.add(estimate);
    }
    long all = estimates.stream().mapToLong(Long::longValue).sum();
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      long until = estimates.subList(0, i).stream().mapToLong(Long::longValue).sum();
      long tokens = estimates.get(i);
      if (reported != null) {
        // The shares add up to what was reported, however they are rounded.
        tokens =
            Math.round((double) reported * (until + estimates.get(i)) / all)
                - Math.round((double) reported * until / all);
      }
      Message message = messages.get(i);
      segments.add(
          new Segment(
              KIND.getOrDefault(message.role(), "OTHER"),
              null,
              tokens,
              null,
              false,
              canonical(message)));
    }
    return segments;
  }

  private static String canonical(Message message) {
    List<String> parts = new ArrayList<>();
    for (String text : message.texts()) {
      parts.add(String.format(Locale.ROOT, "{\"content\":\"%s\",\"type\":\"text\"}", text));
    }
    return String.format(
        Locale.ROOT, "{\"parts\":[%s],\"role\":\"%s\"}", String.join(",", parts), message.role());
  }
}
