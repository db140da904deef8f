package dev.recount.web.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.web.query.Parameters;
import java.util.List;
import java.util.Map;

/**
 * One thing that can be asked for.
 *
 * @param path under {@code /api/v1}; parts in braces are parameters
 * @param summary what comes back, in one line
 * @param filtered whether it takes the parameters of a filter of traces
 * @param parameters its own, those of the path among them
 * @param answer what the fields of the answer are, by name; empty for text
 * @param handler answers
 */
record ApiCall(
    String path,
    String summary,
    boolean filtered,
    List<ApiParameter> parameters,
    Map<String, String> answer,
    Handler handler) {
  /** Answers a request. */
  interface Handler {
    /** A JSON object, or a text. */
    Answer answer(Parameters parameters);
  }

  /** What comes back. */
  sealed interface Answer {
    /** An object. */
    record Json(JsonNode body) implements Answer {}

    /**
     * A text from telemetry, to be saved and never to be rendered.
     *
     * @param body the text
     * @param fileName what to save it as
     */
    record Text(String body, String fileName) implements Answer {}
  }
}
