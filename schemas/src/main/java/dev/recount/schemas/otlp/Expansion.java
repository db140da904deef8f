package dev.recount.schemas.otlp;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * What bytes become when they are read. An empty span has two bytes as protobuf and over a hundred
 * as an object, so that a body within its limit could fill the memory of whoever reads it.
 * Telemetry takes up about ten times its bytes; what would take up far more is refused before it is
 * read.
 */
public final class Expansion {
  /** About what an object takes up that stands for a message, in bytes, with what points to it. */
  private static final int MESSAGE_BYTES = 100;

  /** About what a text, or a field that nobody knows, takes up besides its content, in bytes. */
  private static final int FIELD_BYTES = 40;

  private static final int LARGEST_FACTOR = 16;

  /** Bytes that anything may become, however few it had. */
  private static final long ALLOWANCE = 32L << 20;

  /** What has fewer bytes cannot become too much, and is not looked at. */
  private static final int HARMLESS_BYTES = 1 << 20;

  private static final int DEEPEST = 100;

  private Expansion() {}

  /**
   * Looks at a message in protobuf, without reading it. What is malformed is left to the parser.
   *
   * @throws MalformedOtlpException when it would take up too much
   */
  public static void check(byte[] message, Descriptor type) throws MalformedOtlpException {
    if (message.length < HARMLESS_BYTES) {
      return;
    }
    CodedInputStream in = CodedInputStream.newInstance(message);
    try {
      if (bytes(in, type, limit(message.length), 0) > limit(message.length)) {
        throw tooMuch(message.length);
      }
    } catch (IOException malformed) {
      // The parser says so better.
    }
  }

  /** Looks at how many messages a document of so many bytes has become so far. */
  static void check(long messages, int bytes) throws MalformedOtlpException {
    if (messages * MESSAGE_BYTES > limit(bytes)) {
      throw tooMuch(bytes);
    }
  }

  private static long limit(int bytes) {
    return ALLOWANCE + (long) LARGEST_FACTOR * bytes;
  }

  private static MalformedOtlpException tooMuch(int bytes) {
    return new MalformedOtlpException(
        "Its "
            + bytes
            + " bytes would take up over "
            + LARGEST_FACTOR
            + " times as many in memory");
  }

  /** What a message takes up; counting ends soon after the limit is passed. */
  private static long bytes(CodedInputStream in, Descriptor type, long limit, int depth)
      throws IOException {
    long bytes = MESSAGE_BYTES;
    for (int tag = in.readTag(); tag != 0 && bytes <= limit; tag = in.readTag()) {
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        in.skipField(tag);
        bytes +=
            type.findFieldByNumber(WireFormat.getTagFieldNumber(tag)) == null ? FIELD_BYTES : 0;
        continue;
      }
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      int length = in.readRawVarint32();
      boolean message = field != null && field.getType() == FieldDescriptor.Type.MESSAGE;
      if (message && depth < DEEPEST) {
        int outer = in.pushLimit(length);
        bytes += bytes(in, field.getMessageType(), limit - bytes, depth + 1);
        if (in.getBytesUntilLimit() > 0) {
          return bytes;
        }
        in.popLimit(outer);
      } else {
        in.skipRawBytes(length);
        bytes += FIELD_BYTES + (long) length;
      }
    }
    return bytes;
  }
}
