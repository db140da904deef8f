package dev.recount.cli.context;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import dev.recount.avro.SegmentManifest;
import dev.recount.cli.output.Text;
import dev.recount.cli.trace.Paint;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What changed from one window to another: segments that are gone and segments that are new. A
 * segment that was cut short or rewritten is both.
 *
 * @param from the window before
 * @param to the window after
 * @param changes in order of position
 */
record WindowDiff(ContextWindow from, ContextWindow to, List<Change> changes) {
  private static final int PREVIEW_COLUMNS = 100;

  /** One segment that is gone or new. */
  record Change(boolean added, WindowSegment segment) {}

  WindowDiff {
    changes = List.copyOf(changes);
  }

  /** Compares two windows. */
  static WindowDiff between(ContextWindow from, ContextWindow to) {
    List<Change> changes = new ArrayList<>();
    for (AbstractDelta<String> delta : DiffUtils.diff(keys(from), keys(to)).getDeltas()) {
      int gone = delta.getSource().getPosition();
      for (int i = 0; i < delta.getSource().size(); i++) {
        changes.add(new Change(false, from.segments().get(gone + i)));
      }
      int come = delta.getTarget().getPosition();
      for (int i = 0; i < delta.getTarget().size(); i++) {
        changes.add(new Change(true, to.segments().get(come + i)));
      }
    }
    return new WindowDiff(from, to, changes);
  }

  private static List<String> keys(ContextWindow window) {
    return window.segments().stream().map(WindowSegment::key).toList();
  }

  /** Segments that both have. */
  int kept() {
    return to.segments().size() - (int) changes.stream().filter(Change::added).count();
  }

  /** The lines for people. */
  List<String> lines(Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(
        paint.bold(
            "From snapshot "
                + Text.printable(from.snapshot().getSnapshotId())
                + " to "
                + Text.printable(to.snapshot().getSnapshotId())));
    lines.add("  " + Text.count(kept(), "segment") + " the same");
    for (Change change : changes) {
      WindowSegment segment = change.segment();
      SegmentManifest manifest = segment.manifest();
      String line =
          (change.added() ? "+ " : "− ")
              + (segment.position() + 1)
              + " "
              + manifest.getKind()
              + (manifest.getTokenCount() == null
                  ? ""
                  : "  " + Text.count(manifest.getTokenCount(), "token"))
              + "  "
              + preview(segment);
      lines.add(change.added() ? paint.good(line) : paint.bad(line));
    }
    return lines;
  }

  private static String preview(WindowSegment segment) {
    if (segment.body() == null) {
      return "(no content)";
    }
    String text = Chat.messages(segment).stream().collect(Collectors.joining(" "));
    return Text.shorten(Text.printable(text), PREVIEW_COLUMNS);
  }

  /** The same for machines. */
  String json() {
    ObjectNode diff = JsonMapper.builder().build().createObjectNode();
    diff.put("from", from.snapshot().getSnapshotId());
    diff.put("to", to.snapshot().getSnapshotId());
    diff.put("kept", kept());
    ArrayNode removed = diff.putArray("removed");
    ArrayNode added = diff.putArray("added");
    for (Change change : changes) {
      WindowSegment segment = change.segment();
      ObjectNode node = (change.added() ? added : removed).addObject();
      node.put("position", segment.position());
      node.put("kind", segment.manifest().getKind().name());
      node.put("source", segment.manifest().getSource());
      node.put("token_count", segment.manifest().getTokenCount());
      node.put("sha256", segment.manifest().getContentSha256());
      if (segment.body() != null) {
        node.set("messages", Chat.tree(Chat.messages(segment)));
      }
    }
    return diff.toPrettyString();
  }
}
