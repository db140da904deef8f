package dev.recount.sinks.archive;

import dev.recount.avro.Phase;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topics;
import dev.recount.schemas.UndecodableException;
import dev.recount.sinks.SinkKeys;
import dev.recount.sinks.archive.format.ConflictException;
import dev.recount.sinks.archive.format.SnapshotArchive;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.util.Optional;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;

/** Reads records of the two topics, and says which of them are archived. */
final class ArchiveRecords {
  private final String manifestsTopic;
  private final String contentsTopic;
  private final AvroCodec<SnapshotRecord> manifests;
  private final AvroCodec<SnapshotContents> contents;

  /** What is to be written of a record. */
  @FunctionalInterface
  interface Write {
    /** Writes it; returns whether it was new. */
    boolean to(SnapshotArchive archive);
  }

  ArchiveRecords(Topics topics, SchemaRegistryClient registry) {
    this.manifestsTopic = topics.snapshotRecords().name();
    this.contentsTopic = topics.snapshotContents().name();
    this.manifests = AvroCodec.reading(SnapshotRecord.class, registry);
    this.contents = AvroCodec.reading(SnapshotContents.class, registry);
  }

  /**
   * The trace that a record asks to forget: one without a value, among the bodies. Those of one
   * trace are in one partition, so that whatever was written before it came before it.
   */
  Optional<String> forgotten(SinkRecord record) {
    if (record.value() != null || !record.topic().equals(contentsTopic)) {
      return Optional.empty();
    }
    return SinkKeys.traceId(record);
  }

  /**
   * What is to be written of a record; empty when nothing is.
   *
   * @throws UndecodableException when it is not what its topic holds
   * @throws dev.recount.schemas.RegistryUnavailableException when its schema cannot be looked up
   * @throws ConnectException when the topic is none of the archive's
   */
  Optional<Write> read(SinkRecord record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    if (record.topic().equals(contentsTopic)) {
      SnapshotContents bodies = contents.decode(bytes(record));
      return Optional.of(archive -> archive.write(bodies));
    }
    if (record.topic().equals(manifestsTopic)) {
      SnapshotRecord snapshots = manifests.decode(bytes(record));
      if (!isArchived(snapshots)) {
        return Optional.empty();
      }
      return Optional.of(
          isRebuilt(record)
              ? archive -> writeRebuilt(snapshots, archive)
              : archive -> archive.write(snapshots));
    }
    throw new ConnectException(
        "Topic "
            + record.topic()
            + " is not archived. Subscribe the archive to "
            + manifestsTopic
            + " and "
            + contentsTopic
            + " only, and give it their prefix");
  }

  /**
   * Whether manifests are kept for good: those of retained traces, once they have settled. What is
   * provisional comes again, and there are no bodies of it yet.
   */
  private static boolean isArchived(SnapshotRecord snapshots) {
    return snapshots.getRetained() && snapshots.getPhase() != Phase.provisional;
  }

  private static boolean isRebuilt(SinkRecord record) {
    return record.headers().lastWithName(Topics.REBUILT_HEADER) != null;
  }

  /**
   * Writes manifests that a replay has derived anew. Those that are there stay as they were
   * written; that they may differ now, as in the rule that kept the trace, is no mistake.
   */
  private static boolean writeRebuilt(SnapshotRecord snapshots, SnapshotArchive archive) {
    try {
      return archive.write(snapshots);
    } catch (ConflictException written) {
      return false;
    }
  }

  private static byte[] bytes(SinkRecord record) {
    if (record.value() instanceof byte[] bytes) {
      return bytes;
    }
    // A mistake in the configuration, not in the record: none would come through.
    throw new ConnectException(
        "Values come as "
            + record.value().getClass().getName()
            + ": set value.converter=org.apache.kafka.connect.converters.ByteArrayConverter");
  }
}
