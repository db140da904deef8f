package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document or a memory that a retrieval brought.
 *
 * @param id the store's ID of it; null when it has none
 * @param score how well it fits; null when nobody says
 * @param content its text; null when it was not recorded
 */
public record RetrievedDocument(
    @Nullable String id, @Nullable Double score, @Nullable String content) {
  private static final String FLATTENED = "retrieval.documents.";

  /** What a step of any kind gave out: Langfuse, LangSmith, Traceloop, OpenInference. */
  private static final String[] OUTPUTS = {
    "langfuse.observation.output", "gen_ai.completion", "traceloop.entity.output", "output.value"
  };

  /** The documents that a span states, in order. Never throws. */
  public static List<RetrievedDocument> of(Span span) {
    for (String key : new String[] {"gen_ai.retrieval.documents", "gen_ai.memory.records"}) {
      Object whole = span.getAttributes().get(key);
      if (whole != null) {
        return read(Json.ofAttribute(whole));
      }
    }
    Unflattened flattened = new Unflattened();
    for (Map.Entry<String, Object> attribute : span.getAttributes().entrySet()) {
      if (attribute.getKey().startsWith(FLATTENED)) {
        flattened.add(attribute.getKey().substring(FLATTENED.length()), attribute.getValue());
      }
    }
    List<RetrievedDocument> documents = read(flattened.list());
    return documents.isEmpty() ? ofOutput(span) : documents;
  }

  /** What a retrieval gave out, where that is documents. */
  private static List<RetrievedDocument> ofOutput(Span span) {
    for (String key : OUTPUTS) {
      JsonNode output = Json.ofAttribute(span.getAttributes().get(key));
      JsonNode list =
          output.isObject() ? Json.first(output, "documents", "results", "output") : output;
      List<RetrievedDocument> documents = read(Json.unquoted(list));
      documents.removeIf(document -> document.id() == null && document.content() == null);
      if (!documents.isEmpty()) {
        return documents;
      }
    }
    return List.of();
  }

  private static List<RetrievedDocument> read(JsonNode list) {
    List<RetrievedDocument> documents = new ArrayList<>();
    if (list.isArray()) {
      for (JsonNode element : list) {
        JsonNode given = Json.unquoted(element);
        JsonNode document = given.path("document").isObject() ? given.path("document") : given;
        JsonNode score = Json.first(document, "score", "relevance_score");
        documents.add(
            new RetrievedDocument(
                Json.text(Json.first(document, "id", "record_id", "document_id")),
                score.isNumber() || score.isTextual() ? number(score) : null,
                Json.text(Json.first(document, "content", "text", "page_content"))));
      }
    }
    return documents;
  }

  private static @Nullable Double number(JsonNode score) {
    double number = score.asDouble(Double.NaN);
    return Double.isFinite(number) ? number : null;
  }
}
