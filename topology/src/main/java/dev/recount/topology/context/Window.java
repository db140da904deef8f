package dev.recount.topology.context;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A context window as far as it is compared with others: its segments without their bodies, which
 * are kept once for all windows.
 *
 * @param snapshotId the snapshot's ID
 * @param segments in the order in which the model saw them; every known body is addressed by
 *     content_sha256
 * @param contents the bodies
 */
public record Window(String snapshotId, List<ContextSegment> segments, Contents contents) {

  /** The window of a snapshot that was sent. Takes its bodies over; the snapshot stays as it is. */
  public static Window of(ContextSnapshot snapshot, Contents contents) {
    if (hasNoBody(snapshot.getSegments())) {
      return new Window(snapshot.getSnapshotId(), snapshot.getSegments(), contents);
    }
    List<ContextSegment> segments = new ArrayList<>(snapshot.getSegments().size());
    for (ContextSegment sent : snapshot.getSegments()) {
      if (sent.getContent() == null) {
        segments.add(sent);
        continue;
      }
      ContextSegment segment = new ContextSegment();
      segment.setKind(sent.getKind());
      segment.setSource(sent.getSource());
      segment.setTokenCount(sent.getTokenCount());
      segment.setOriginalTokenCount(sent.getOriginalTokenCount());
      segment.setScore(sent.getScore());
      segment.setTruncated(sent.getTruncated());
      segment.setContentType(sent.getContentType());
      // What a body is addressed by is computed: a wrong address would hide it.
      segment.setContentSha256(contents.add(sent.getContentType(), sent.getContent()));
      segments.add(segment);
    }
    return new Window(snapshot.getSnapshotId(), segments, contents);
  }

  private static boolean hasNoBody(List<ContextSegment> segments) {
    for (ContextSegment segment : segments) {
      if (segment.getContent() != null) {
        return false;
      }
    }
    return true;
  }

  /** What a segment is recognised by in another window: its kind and content. */
  String key(int position) {
    ContextSegment segment = segments.get(position);
    String hash = segment.getContentSha256();
    return hash != null
        ? segment.getKind() + " " + hash
        : segment.getKind() + " " + segment.getSource() + " " + segment.getTokenCount();
  }

  /** Size of a segment's body, bytes of UTF-8; null when it is not known. */
  public @Nullable Long bytes(ContextSegment segment) {
    return contents.bytes(segment.getContentSha256());
  }

  /** The body of a segment; null when it is not known. */
  public @Nullable String content(ContextSegment segment) {
    return contents.get(segment.getContentSha256());
  }
}
