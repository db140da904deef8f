package dev.recount.schemas;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Encodes and decodes one record type in the Confluent wire format: a zero byte, the schema's ID in
 * four bytes, Avro binary.
 *
 * <p>Unlike Confluent's deserializer it tells bytes that can never be decoded ({@link
 * UndecodableException}, a dead letter) from a registry that does not answer ({@link
 * RegistryUnavailableException}, worth waiting for).
 *
 * <p>Safe for use by several threads.
 *
 * @see <a
 *     href="https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format">Wire
 *     format</a>
 */
public final class AvroCodec<T extends SpecificRecordBase> {
  /** Bytes before the Avro binary. */
  public static final int HEADER_BYTES = 5;

  private static final int SCHEMA_NOT_FOUND = 40403;

  static {
    Contracts.trust();
  }

  /** Schema ID of a codec that only reads. */
  private static final int NONE = -1;

  private final Schema schema;
  private final SpecificData data;
  private final SchemaRegistryClient registry;
  private final int schemaId;
  private final RecordWriter<T> writer;
  private final ConcurrentHashMap<Integer, DatumReader<T>> readers = new ConcurrentHashMap<>();
  private final ThreadLocal<Buffers> buffers = ThreadLocal.withInitial(Buffers::new);

  private static final class Buffers {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    final ArrayDecoder decoder = new ArrayDecoder();
  }

  private AvroCodec(Class<T> type, SchemaRegistryClient registry, int schemaId) {
    this.data = SpecificData.getForClass(type);
    this.data.setFastReaderEnabled(true);
    this.schema = data.getSchema(type);
    this.registry = registry;
    this.schemaId = schemaId;
    this.writer = new RecordWriter<>(schema, data);
    if (schemaId != NONE) {
      this.readers.put(schemaId, reader(schema));
    }
  }

  /**
   * A codec that writes with the current schema of the type, registering it when it is new.
   *
   * @param subject registry subject, see {@link Topic#subject()}
   * @throws RegistryUnavailableException when the registry does not answer or refuses the schema
   */
  public static <T extends SpecificRecordBase> AvroCodec<T> of(
      Class<T> type, String subject, SchemaRegistryClient registry) {
    Schema schema = SpecificData.getForClass(type).getSchema(type);
    try {
      return new AvroCodec<>(type, registry, registry.register(subject, new AvroSchema(schema)));
    } catch (IOException | RestClientException failed) {
      throw new RegistryUnavailableException(
          "Cannot register the schema of "
              + type.getSimpleName()
              + " under "
              + subject
              + ": "
              + failed.getMessage(),
          failed);
    }
  }

  /**
   * A codec that only reads: it registers nothing and needs no right to.
   *
   * @throws IllegalStateException from {@link #encode}
   */
  public static <T extends SpecificRecordBase> AvroCodec<T> reading(
      Class<T> type, SchemaRegistryClient registry) {
    return new AvroCodec<>(type, registry, NONE);
  }

  /** ID in the registry of the schema that this codec writes with. */
  public int schemaId() {
    return schemaId;
  }

  /** The record in the Confluent wire format. */
  public byte[] encode(T record) {
    if (schemaId == NONE) {
      throw new IllegalStateException("This codec of " + schema.getName() + " only reads");
    }
    Buffers own = buffers.get();
    own.bytes.reset();
    own.bytes.write(0);
    own.bytes.write(schemaId >>> 24);
    own.bytes.write(schemaId >>> 16);
    own.bytes.write(schemaId >>> 8);
    own.bytes.write(schemaId);
    try {
      writer.write(record, own.encoder);
      own.encoder.flush();
    } catch (IOException impossible) {
      throw new IllegalStateException("A byte array refused bytes", impossible);
    } catch (RuntimeException unencodable) {
      // The encoder holds the beginning of the record, which must not begin the next one.
      buffers.remove();
      throw unencodable;
    }
    return own.bytes.toByteArray();
  }

  /**
   * The record in the bytes.
   *
   * @throws UndecodableException when the bytes are not such a record
   * @throws RegistryUnavailableException when the writer's schema cannot be looked up now
   */
  public T decode(byte[] bytes) {
    return decode(bytes, 0);
  }

  /** Like {@link #decode(byte[])}, for a record that starts at an offset into the array. */
  public T decode(byte[] bytes, int offset) {
    DatumReader<T> reader = readerFor(writerSchemaId(bytes, offset));
    Buffers own = buffers.get();
    try {
      @SuppressWarnings("NullAway") // Avro takes null for "no record to reuse"
      T record = reader.read(null, own.decoder.read(bytes, offset + HEADER_BYTES));
      return record;
    } catch (IOException | RuntimeException malformed) {
      // Avro meets hostile bytes with many kinds of exceptions, bounds and casts among them.
      throw new UndecodableException(
          "Not a " + schema.getName() + " in Avro binary: " + malformed, malformed);
    } finally {
      own.decoder.release();
    }
  }

  /**
   * Looks up what it takes to decode a record, so that {@link #decode} will not need the registry.
   *
   * @throws UndecodableException when the bytes are of no known schema
   * @throws RegistryUnavailableException when the writer's schema cannot be looked up now
   */
  public void prepare(byte[] bytes) {
    readerFor(writerSchemaId(bytes, 0));
  }

  /**
   * ID of the schema that the bytes were written with.
   *
   * @throws UndecodableException when they are not in the wire format
   */
  public static int writerSchemaId(byte[] bytes, int offset) {
    if (bytes.length - offset < HEADER_BYTES || bytes[offset] != 0) {
      throw new UndecodableException(
          "Not in the Confluent wire format: expected a zero byte and a schema ID in four bytes",
          null);
    }
    return ByteBuffer.wrap(bytes, offset + 1, 4).getInt();
  }

  private DatumReader<T> readerFor(int writerSchemaId) {
    DatumReader<T> known = readers.get(writerSchemaId);
    if (known != null) {
      return known;
    }
    try {
      Schema written = (Schema) registry.getSchemaById(writerSchemaId).rawSchema();
      DatumReader<T> reader = reader(written);
      readers.put(writerSchemaId, reader);
      return reader;
    } catch (RestClientException failed) {
      if (failed.getStatus() == 404 || failed.getErrorCode() == SCHEMA_NOT_FOUND) {
        throw new UndecodableException(
            "Schema ID " + writerSchemaId + " is not in the registry", failed);
      }
      throw unavailable(writerSchemaId, failed);
    } catch (IOException failed) {
      throw unavailable(writerSchemaId, failed);
    } catch (ClassCastException | AvroRuntimeException failed) {
      throw new UndecodableException(
          "Schema ID " + writerSchemaId + " cannot be read as " + schema.getName() + ": " + failed,
          failed);
    }
  }

  private static RegistryUnavailableException unavailable(int schemaId, Exception cause) {
    return new RegistryUnavailableException(
        "Cannot look up schema ID " + schemaId + ": " + cause.getMessage(), cause);
  }

  private DatumReader<T> reader(Schema written) {
    return new SpecificDatumReader<>(written, schema, data);
  }

  /** The codec as a Kafka serde. */
  public Serde<T> serde() {
    return Serdes.serdeFrom(serializer(), deserializer());
  }

  /** The codec as a Kafka serializer; a null record is a tombstone. */
  public Serializer<T> serializer() {
    return (topic, record) -> record == null ? null : encode(record);
  }

  /** The codec as a Kafka deserializer; a tombstone is a null record. */
  public Deserializer<T> deserializer() {
    return (topic, bytes) -> bytes == null ? null : decode(bytes);
  }
}
