package dev.recount.topology.assembly;

import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotContents;
import dev.recount.topology.assembly.Emissions.Fingerprint;
import dev.recount.topology.assembly.Emissions.RowType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sends the bodies of segments, each of a trace once, several to a record. */
final class BodyEmitter {
  /** Bodies that one record brings together, unless a single one is larger. */
  private static final long CHARACTERS_PER_RECORD = 256 << 10;

  /** What one character may take in UTF-8. */
  private static final long MOST_BYTES_OF_CHARACTER = 3;

  private final Outputs outputs;

  BodyEmitter(AssemblyParts parts) {
    this.outputs = parts.outputs();
  }

  /**
   * Sends those that have not been sent.
   *
   * @param contents bodies by their hash
   */
  void emit(Map<String, SnapshotContent> contents, RowChanges changes) {
    changes.keep(RowType.CONTENT);
    if (changes.provisional() || !changes.header.fate.retained()) {
      return;
    }
    Batch batch = new Batch(changes);
    contents.forEach(
        (hash, content) -> {
          if (changes.note(RowType.CONTENT, hash, Fingerprint.NONE) && fits(content)) {
            batch.add(content);
          }
        });
    batch.send();
  }

  /**
   * Whether a record can hold a body. JSON escapes a control character by six others, so that a
   * body may be larger than the span that it comes from, which is kept whole.
   */
  private static boolean fits(SnapshotContent content) {
    String text = content.getContent();
    return text.length() * MOST_BYTES_OF_CHARACTER <= RowSize.LARGEST_ROW
        || text.getBytes(StandardCharsets.UTF_8).length <= RowSize.LARGEST_ROW;
  }

  private final class Batch {
    private final RowChanges changes;
    private List<SnapshotContent> contents = new ArrayList<>();
    private String lastType = "";
    private long characters;

    Batch(RowChanges changes) {
      this.changes = changes;
    }

    void add(SnapshotContent content) {
      long length = content.getContent().length();
      if (characters + length > CHARACTERS_PER_RECORD) {
        send();
      }
      // A body of the same type as the one before it need not repeat the type.
      boolean repeats = !contents.isEmpty() && lastType.equals(content.getContentType());
      contents.add(repeats ? new SnapshotContent(null, content.getContent()) : content);
      lastType = content.getContentType();
      characters += length;
    }

    void send() {
      if (!contents.isEmpty()) {
        outputs.contents(
            new SnapshotContents(changes.trace, contents, changes.keyTime), changes.now);
      }
      contents = new ArrayList<>();
      characters = 0;
    }
  }
}
