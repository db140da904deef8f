package dev.recount.cli.context;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.avro.SegmentManifest;
import dev.recount.cli.UserError;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.web.PageErrors;
import dev.recount.schemas.content.ContentStore;
import dev.recount.sinks.archive.format.ArchivedTrace;
import dev.recount.sinks.archive.format.CorruptObjectException;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.StorageException;
import dev.recount.sinks.archive.storage.StorageLocation;
import dev.recount.web.NotFound;
import dev.recount.web.Unavailable;
import dev.recount.web.Windows;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Windows from the archive, for the page. */
public final class ArchivedWindows implements Windows, AutoCloseable {
  /** Most characters of a segment in an answer; the whole is in the request. */
  private static final int LONGEST = 200_000;

  private final Optional<ObjectStorage> storage;
  private final Supplier<ClickHouse> clickHouse;
  private final LargeContents large;

  private ArchivedWindows(
      Optional<ObjectStorage> storage, Supplier<ClickHouse> clickHouse, LargeContents large) {
    this.storage = storage;
    this.clickHouse = clickHouse;
    this.large = large;
  }

  /**
   * Opens an archive.
   *
   * @param location where it is; empty where there is none
   * @param clickHouse opens a connection, to be asked why a trace is not in the archive
   * @param content keeps large content that bodies only refer to
   */
  public static ArchivedWindows open(
      Optional<StorageLocation> location, Supplier<ClickHouse> clickHouse, ContentStore content) {
    return new ArchivedWindows(
        location.map(StorageLocation::open),
        clickHouse,
        new LargeContents(content, "the store of large content"));
  }

  @Override
  public JsonNode window(String traceId, String snapshotId) {
    return reading(traceId, trace -> node(load(trace, snapshotId)));
  }

  @Override
  public String request(String traceId, String snapshotId) {
    return reading(traceId, trace -> Chat.of(load(trace, snapshotId)).json());
  }

  @Override
  public JsonNode difference(String traceId, String from, String to) {
    return reading(
        traceId,
        trace -> {
          WindowDiff diff = WindowDiff.between(load(trace, from), load(trace, to));
          ObjectNode node = JsonNodeFactory.instance.objectNode();
          node.put("from", from).put("to", to).put("kept", diff.kept());
          ArrayNode removed = node.putArray("removed");
          ArrayNode added = node.putArray("added");
          for (WindowDiff.Change change : diff.changes()) {
            segment((change.added() ? added : removed).addObject(), change.segment());
          }
          return node;
        });
  }

  private ContextWindow load(ArchivedTrace trace, String snapshotId) {
    return ContextWindow.load(trace, ContextFinder.ofSnapshot(trace, snapshotId), large);
  }

  private <T> T reading(String traceId, Function<ArchivedTrace, T> reader) {
    ObjectStorage open =
        storage.orElseThrow(
            () ->
                new NotFound("No archive of what models saw is kept here: --archive-url is none."));
    try {
      return reader.apply(new ContextFinder(new SnapshotArchive(open), clickHouse).trace(traceId));
    } catch (UserError failed) {
      throw PageErrors.of(failed);
    } catch (StorageException | CorruptObjectException failed) {
      throw new Unavailable(String.valueOf(failed.getMessage()), failed);
    }
  }

  private static ObjectNode node(ContextWindow window) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("snapshot_id", window.snapshot().getSnapshotId());
    node.put("number", window.number()).put("of", window.of());
    node.put("model", window.snapshot().getVersions().getModel());
    ArrayNode segments = node.putArray("segments");
    window.segments().forEach(segment -> segment(segments.addObject(), segment));
    return node;
  }

  private static void segment(ObjectNode node, WindowSegment segment) {
    SegmentManifest manifest = segment.manifest();
    node.put("position", segment.position());
    node.put("kind", manifest.getKind().name());
    node.put("source", manifest.getSource());
    node.put("content_sha256", manifest.getContentSha256());
    node.put("token_count", manifest.getTokenCount());
    node.put("original_token_count", manifest.getOriginalTokenCount());
    node.put("truncated", manifest.getTruncated());
    if (segment.body() == null) {
      node.put(
          "missing",
          segment.isWithoutContent()
              ? "It was sent without its content."
              : "Its content is not in the archive: on its way, or removed.");
      return;
    }
    List<String> messages = Chat.messages(segment);
    long length = messages.stream().mapToLong(String::length).sum();
    if (length > LONGEST) {
      node.put("missing", "Its " + length + " characters are in the request, to be saved below.");
      return;
    }
    node.set("messages", Chat.tree(messages));
  }

  @Override
  public void close() {
    storage.ifPresent(ObjectStorage::close);
  }
}
