package dev.recount.schemas.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Locale;

/**
 * How the OTLP records of a topic are encoded.
 *
 * <p>{@link #AUTO} tells by the record. A record whose first byte is an opening brace is JSON: that
 * byte would open a group in field 15, and no OTLP message has groups or so many fields. White
 * space before the brace may begin either, since a line feed is also the tag of field 1; so such a
 * record is JSON when it is well-formed JSON, which no protobuf request with a scope in it can be:
 * the tag of its field 2 is the byte 0x12, a control character that JSON forbids everywhere.
 * Anything else is protobuf.
 *
 * <p>Text that is no UTF-8 is read with U+FFFD in place of what is broken.
 */
public enum OtlpEncoding {
  /** Told apart record by record. */
  AUTO {
    @Override
    public void read(byte[] record, Message.Builder target) throws MalformedOtlpException {
      int first = firstAfterWhiteSpace(record);
      if (first == record.length || record[first] != '{') {
        PROTOBUF.read(record, target);
      } else if (first == 0) {
        JSON.read(record, target);
      } else {
        try {
          JSON.read(record, target);
        } catch (MalformedOtlpException notJson) {
          target.clear();
          PROTOBUF.read(record, target);
        }
      }
    }
  },
  /** Binary protobuf, the Collector's {@code otlp_proto}. */
  PROTOBUF {
    @Override
    public void read(byte[] record, Message.Builder target) throws MalformedOtlpException {
      Expansion.check(record, target.getDescriptorForType());
      try {
        merge(record, target);
      } catch (MalformedOtlpException malformed) {
        byte[] repaired =
            BrokenText.repairProtobuf(record, target.getDescriptorForType())
                .orElseThrow(() -> malformed);
        target.clear();
        merge(repaired, target);
      }
    }

    private static void merge(byte[] record, Message.Builder target) throws MalformedOtlpException {
      try {
        target.mergeFrom(record);
      } catch (InvalidProtocolBufferException malformed) {
        throw new MalformedOtlpException("Not protobuf: " + malformed.getMessage());
      }
    }
  },
  /** JSON as OTLP spells it, the Collector's {@code otlp_json}. */
  JSON {
    @Override
    public void read(byte[] record, Message.Builder target) throws MalformedOtlpException {
      try {
        OtlpJson.merge(record, target);
      } catch (MalformedOtlpException malformed) {
        byte[] repaired = BrokenText.repairJson(record).orElseThrow(() -> malformed);
        target.clear();
        OtlpJson.merge(repaired, target);
      }
    }
  };

  /**
   * Reads a record.
   *
   * @param target receives what is read; undefined after an exception
   * @throws MalformedOtlpException when the record is not of the encoding or does not fit the
   *     message
   */
  public abstract void read(byte[] record, Message.Builder target) throws MalformedOtlpException;

  /** The encoding of a name in lower case. */
  public static OtlpEncoding named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static int firstAfterWhiteSpace(byte[] record) {
    int first = 0;
    while (first < record.length
        && (record[first] == ' '
            || record[first] == '\n'
            || record[first] == '\t'
            || record[first] == '\r')) {
      first++;
    }
    return first;
  }
}
