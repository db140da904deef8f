package dev.recount.sinks.archive.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.recount.schemas.Contracts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * One record as the bytes of an object: an Avro object container file, which brings its schema
 * along, compressed as a whole with Zstandard. Its metadata {@value #DIGEST} is the SHA-256 of the
 * record in Avro binary. The same record gives the same bytes.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#object-container-files">Object
 *     container files</a>
 */
final class ObjectFile {
  /** Metadata that holds the digest, in lower-case hexadecimal. */
  static final String DIGEST = "recount.sha256";

  /** Beyond what any topic lets through, so nothing true is refused and no bomb is unpacked. */
  private static final long LARGEST = 256L << 20;

  private static final int LEVEL = 6;
  private static final int SYNC_BYTES = 16;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<Class<?>, Schema> SCHEMAS = new ConcurrentHashMap<>();

  static {
    Contracts.trust();
  }

  private ObjectFile() {}

  /** The bytes that hold a record. */
  static <T extends SpecificRecordBase> byte[] encode(T record) {
    SpecificData data = SpecificData.getForClass(record.getClass());
    Schema schema = SCHEMAS.computeIfAbsent(record.getClass(), type -> terse(record.getSchema()));
    byte[] digest;
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (DataFileWriter<T> writer = new DataFileWriter<>(new SpecificDatumWriter<>(schema, data))) {
      byte[] binary = binary(record, data);
      digest = Digests.sha256(binary);
      writer.setMeta(DIGEST, Digests.hex(digest));
      // Drawn at random by default; bytes that nobody can guess are all that is asked of it.
      writer.create(schema, file, Arrays.copyOf(digest, SYNC_BYTES));
      writer.appendEncoded(ByteBuffer.wrap(binary));
    } catch (IOException impossible) {
      throw new IllegalStateException("A byte array refused bytes", impossible);
    }
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      return context.setLevel(LEVEL).setChecksum(true).compress(file.toByteArray());
    }
  }

  private static <T extends SpecificRecordBase> byte[] binary(T record, SpecificData data)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new SpecificDatumWriter<T>(record.getSchema(), data).write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  /**
   * The record in the bytes.
   *
   * @param name of the object, for messages
   * @throws CorruptObjectException when the bytes are not what was written
   */
  static <T extends SpecificRecordBase> T decode(String name, byte[] bytes, Class<T> type) {
    SpecificData data = SpecificData.getForClass(type);
    try (DataFileStream<Object> file =
        new DataFileStream<>(
            new ByteArrayInputStream(decompress(bytes)), new GenericDatumReader<>())) {
      byte[] binary = onlyBlock(file);
      String digest = file.getMetaString(DIGEST);
      if (!Objects.equals(digest, Digests.hex(Digests.sha256(binary)))) {
        throw new CorruptObjectException(
            name + " is damaged or was tampered with: its content has not the digest that it had",
            null);
      }
      SpecificDatumReader<T> reader =
          new SpecificDatumReader<>(file.getSchema(), data.getSchema(type), data);
      @SuppressWarnings("NullAway") // Avro takes null for "no record to reuse"
      T record = reader.read(null, DecoderFactory.get().binaryDecoder(binary, null));
      return record;
    } catch (CorruptObjectException corrupt) {
      throw corrupt;
    } catch (IOException | RuntimeException malformed) {
      // Avro and Zstandard meet foreign bytes with many kinds of exceptions.
      throw new CorruptObjectException(
          name + " is damaged or was tampered with: " + malformed.getMessage(), malformed);
    }
  }

  private static byte[] onlyBlock(DataFileStream<Object> file) throws IOException {
    if (!file.hasNext() || file.getBlockCount() != 1) {
      throw new IOException("it holds not one record");
    }
    ByteBuffer block = file.nextBlock();
    byte[] binary = new byte[block.remaining()];
    block.get(binary);
    if (file.hasNext()) {
      throw new IOException("it holds more than one record");
    }
    return binary;
  }

  private static byte[] decompress(byte[] bytes) throws IOException {
    long size = Zstd.getFrameContentSize(bytes);
    if (size < 0 || size > LARGEST) {
      throw new IOException("it is not compressed as it should be");
    }
    try {
      return Zstd.decompress(bytes, (int) size);
    } catch (ZstdException malformed) {
      throw new IOException(malformed.getMessage(), malformed);
    }
  }

  /** A schema without its documentation, which would be the larger part of most objects. */
  private static Schema terse(Schema schema) {
    try {
      JsonNode json = JSON.readTree(schema.toString());
      removeDocumentation(json);
      return new Schema.Parser().parse(json.toString());
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("A schema of Avro is no JSON", impossible);
    }
  }

  private static void removeDocumentation(JsonNode node) {
    if (node instanceof ObjectNode object && object.path("doc").isTextual()) {
      object.remove("doc");
    }
    node.forEach(ObjectFile::removeDocumentation);
  }
}
