package dev.recount.topology.fold;

import dev.recount.avro.Alternative;
import dev.recount.topology.convention.RetrievedDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a retrieval brought. */
final class Retrievals {
  private Retrievals() {}

  /** IDs of the chunks that a retrieval brought, in their order. */
  static List<String> chunkIds(List<RetrievedDocument> documents) {
    return documents.stream().map(RetrievedDocument::id).filter(Objects::nonNull).toList();
  }

  /** The chunks with their scores; one that has no ID goes by its place. */
  static List<Alternative> scored(List<RetrievedDocument> documents) {
    List<Alternative> scored = new ArrayList<>(documents.size());
    for (RetrievedDocument document : documents) {
      if (document.id() != null || document.score() != null) {
        String name = document.id() != null ? document.id() : "#" + (scored.size() + 1);
        scored.add(new Alternative(name, document.score(), null));
      }
    }
    return scored;
  }
}
