package dev.recount.cli.oracle;

import dev.recount.cli.oracle.Telemetry.Feedback;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the oracle writes values down: as the tables promise them. */
final class OracleRows {
  static final List<String> TABLES =
      List.of("traces", "decisions", "context_snapshots", "spans", "evaluations", "feedback");

  /** An absent number, time or yes-or-no. An absent text is empty. */
  static final Object NULL =
      new Object() {
        @Override
        public String toString() {
          return "NULL";
        }
      };

  static final List<String> VERSIONS =
      List.of(
          "agent_name",
          "agent_version",
          "model",
          "response_model",
          "prompt_name",
          "prompt_version",
          "tool_schema_version",
          "memory_index_version",
          "framework",
          "framework_version",
          "release");

  private OracleRows() {}

  static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  static Object nullable(@Nullable Object value) {
    return value == null ? NULL : value;
  }

  static void putVersions(Map<String, Object> row, Map<String, String> versions) {
    for (String version : VERSIONS) {
      row.put(version, versions.getOrDefault(version, ""));
    }
  }

  static Map<String, Object> ofFeedback(Feedback feedback, String match, String reason) {
    Map<String, Object> row = new TreeMap<>();
    row.put("feedback_id", feedback.id());
    row.put("kind", feedback.kind());
    row.put("source", text(feedback.source()));
    row.put("name", text(feedback.name()));
    row.put("score", nullable(feedback.score()));
    row.put("label", text(feedback.label()));
    row.put("passed", nullable(feedback.passed()));
    row.put("comment", text(feedback.comment()));
    row.put("occurred_at", feedback.at());
    row.put("match", match);
    row.put("reason", reason);
    row.put("sent_trace_id", text(feedback.about().trace()));
    row.put("response_id", text(feedback.about().response()));
    row.put("tool_call_id", text(feedback.about().toolCall()));
    row.put("session_id", text(feedback.about().session()));
    row.put("span_id", text(feedback.about().span()));
    row.put("sent_decision_id", text(feedback.about().decision()));
    row.put("snapshot_id", text(feedback.about().snapshot()));
    return row;
  }

  /** Identifier of something made up of parts, as rows carry it for good. */
  static String identifier(String... parts) {
    MessageDigest digest = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
  }

  static String sha256Of(String text) {
    return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
