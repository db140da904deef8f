package dev.recount.topology.intake;

import com.google.protobuf.ByteString;
import dev.recount.avro.AliasAnnouncement;
import dev.recount.avro.AliasKind;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.DeadLetters;
import dev.recount.schemas.RegistryUnavailableException;
import dev.recount.schemas.Topics;
import dev.recount.schemas.UndecodableException;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.NodeNames;
import dev.recount.topology.metrics.TaskMetrics;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Turns the records of one input topic into entries of the log. What cannot be turned into one goes
 * to the dead letters with its original bytes.
 */
abstract class IntakeProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final String STAGE = "intake";

  /** Room is left for the key and the framing of the record. */
  private static final int LARGEST_EVENT = Topics.EVENT_MAXIMUM_BYTES - (1 << 20);

  private final AvroCodec<TraceEvent> codec;
  private final Redaction redaction;

  /** What a dead letter holds in place of a record that has been read; null until it has. */
  private @Nullable Supplier<byte[]> redacted;

  @SuppressWarnings("NullAway.Init")
  private TaskMetrics metrics;

  @SuppressWarnings("NullAway.Init")
  private ProcessorContext<byte[], byte[]> context;

  @SuppressWarnings("NullAway.Init")
  private Record<byte[], byte[]> current;

  IntakeProcessor(AvroCodec<TraceEvent> codec, Redaction redaction) {
    this.codec = codec;
    this.redaction = redaction;
  }

  /**
   * Turns a record's value into entries, each handed to {@link #append}.
   *
   * @throws UndecodableException when the value cannot be turned into any
   */
  abstract void accept(byte[] value);

  @Override
  public final void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    metrics = TaskMetrics.of(context, getClass().getSimpleName());
  }

  @Override
  public final void close() {
    metrics.close();
  }

  @Override
  public final void process(Record<byte[], byte[]> record) {
    current = record;
    redacted = null;
    if (record.value() == null) {
      deadLetter("The record has no value");
      return;
    }
    try {
      accept(record.value());
    } catch (RegistryUnavailableException unavailable) {
      // Nothing is wrong with the record: it is read again when the registry answers.
      throw unavailable;
    } catch (UndecodableException undecodable) {
      deadLetter(String.valueOf(undecodable.getMessage()));
    }
  }

  /**
   * Appends an entry to the log of a trace.
   *
   * @throws UndecodableException when it is larger than the log takes
   */
  final void append(
      String traceId,
      TraceEventKind kind,
      String identity,
      long precedence,
      int hints,
      Object payload) {
    TraceEvent event = new TraceEvent();
    event.setKind(kind);
    event.setIdentity(identity);
    event.setPrecedence(precedence);
    event.setHints(hints);
    event.setPayload(payload);
    byte[] value = codec.encode(event);
    if (value.length > LARGEST_EVENT) {
      throw new UndecodableException(
          "It takes up " + value.length + " bytes in the log, more than " + LARGEST_EVENT, null);
    }
    context.forward(
        new Record<>(traceId.getBytes(StandardCharsets.UTF_8), value, current.timestamp()),
        NodeNames.INTAKE_EVENTS);
  }

  /** Says in the log of an alias that it occurs in a trace, unless no feedback could name it. */
  final void announce(
      AliasKind kind, @Nullable String value, String traceId, @Nullable String spanId) {
    if (value == null || value.isBlank() || value.length() > Checks.LONGEST_ID) {
      return;
    }
    AliasAnnouncement announcement = new AliasAnnouncement(kind, value, traceId, spanId);
    append(AliasKeys.of(kind, value), TraceEventKind.ALIAS, traceId, 0, 0, announcement);
  }

  /** Says that the record has been read, and what is to be seen of it when parts are refused. */
  final void isRead(Supplier<byte[]> afterRedaction) {
    redacted = afterRedaction;
  }

  /**
   * Sends the current record to the dead letters: its original bytes, or what redaction has made of
   * them.
   */
  final void deadLetter(String error) {
    metrics.count("dead-letters", "Records that could not be processed.", 1, "stage", STAGE);
    RecordMetadata metadata = context.recordMetadata().orElse(null);
    DeadLetters.Origin origin =
        metadata == null
            ? new DeadLetters.Origin("", -1, -1, current.timestamp())
            : new DeadLetters.Origin(
                metadata.topic(), metadata.partition(), metadata.offset(), current.timestamp());
    Headers headers = new RecordHeaders(current.headers());
    DeadLetters.describe(headers, origin, STAGE, redaction.anywhere(error));
    context.forward(
        new Record<>(current.key(), visible(), current.timestamp(), headers),
        NodeNames.INTAKE_DEAD_LETTERS);
  }

  private byte @Nullable [] visible() {
    byte[] original = current.value();
    if (!redaction.isActive() || original == null) {
      return original;
    }
    if (redacted != null) {
      return redacted.get();
    }
    // Unread, so only what is text can be told from what is not.
    ByteString bytes = ByteString.copyFrom(original);
    return bytes.isValidUtf8()
        ? redaction.anywhere(bytes.toStringUtf8()).getBytes(StandardCharsets.UTF_8)
        : original;
  }
}
