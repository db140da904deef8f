package dev.recount.topology.context;

import dev.recount.avro.SnapshotContent;
import dev.recount.schemas.content.ContentReference;
import dev.recount.topology.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Bodies of segments, each once whatever the number of windows that hold it, by the SHA-256 of
 * their UTF-8 bytes in lower-case hexadecimal.
 */
public final class Contents {
  private final Map<String, SnapshotContent> byHash = new LinkedHashMap<>();
  private final Map<String, Body> bodies = new HashMap<>();

  /** What is known of a body: its address, which all windows share, and its bytes of UTF-8. */
  private record Body(String hash, Long bytes) {}

  /**
   * Keeps a body, and says what it is addressed by. A reference to content that is kept elsewhere
   * stands for that content: it has its address and its size.
   */
  public String add(String type, String content) {
    Optional<ContentReference> reference = ContentReference.parse(content);
    String hash = reference.map(ContentReference::sha256).orElseGet(() -> Sha256.hexOf(content));
    Body known = bodies.get(hash);
    if (known != null) {
      return known.hash();
    }
    byHash.put(hash, new SnapshotContent(type, content));
    bodies.put(
        hash,
        new Body(
            hash,
            reference
                .map(ContentReference::bytes)
                .orElseGet(() -> (long) content.getBytes(StandardCharsets.UTF_8).length)));
    return hash;
  }

  /** A body; null for one that nobody sent. */
  @Nullable String get(@Nullable String hash) {
    SnapshotContent content = hash == null ? null : byHash.get(hash);
    return content == null ? null : content.getContent();
  }

  /** Size of a body in bytes of UTF-8; null for one that nobody sent. */
  @Nullable Long bytes(@Nullable String hash) {
    Body body = hash == null ? null : bodies.get(hash);
    return body == null ? null : body.bytes();
  }

  /** All bodies by their hash, in the order in which they were first met. */
  public Map<String, SnapshotContent> byHash() {
    return Collections.unmodifiableMap(byHash);
  }
}
