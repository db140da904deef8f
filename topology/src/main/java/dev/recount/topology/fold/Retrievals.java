package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.topology.convention.RetrievedDocument;
import java.util.List;
import java.util.Objects;

/** What a retrieval brought. */
final class Retrievals {
  private Retrievals() {}

  /** IDs of the chunks that a span of memory or retrieval brought; none for any other span. */
  static List<String> chunkIds(SpanNode node) {
    if (node.kind != DecisionKind.MEMORY) {
      return List.of();
    }
    return RetrievedDocument.of(node.span).stream()
        .map(RetrievedDocument::id)
        .filter(Objects::nonNull)
        .toList();
  }
}
