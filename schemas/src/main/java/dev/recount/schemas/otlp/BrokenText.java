package dev.recount.schemas.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Texts that are no UTF-8. Senders in languages that do not check it pass them on, as does the
 * Collector; parsers refuse the whole record for one of them. Here such bytes become U+FFFD and
 * everything else stays as it is, so that no span is lost for it.
 */
public final class BrokenText {
  /** Where protobuf's own parser stops. */
  private static final int DEEPEST = 100;

  private BrokenText() {}

  /**
   * A message with its texts repaired.
   *
   * @return empty when none of them was broken, or the bytes are no message at all
   */
  public static Optional<byte[]> repairProtobuf(byte[] message, Descriptor type) {
    Protobuf repair = new Protobuf();
    try {
      byte[] repaired = repair.message(ByteBuffer.wrap(message), type, 0);
      return repair.found ? Optional.of(repaired) : Optional.empty();
    } catch (IOException malformed) {
      return Optional.empty();
    }
  }

  /** A JSON document with its texts repaired; empty when none of them was broken. */
  public static Optional<byte[]> repairJson(byte[] json) {
    byte[] repaired = new String(json, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
    return Arrays.equals(repaired, json) ? Optional.empty() : Optional.of(repaired);
  }

  private static final class Protobuf {
    private boolean found;

    private byte[] message(ByteBuffer bytes, Descriptor type, int depth) throws IOException {
      if (depth > DEEPEST) {
        throw new IOException("Nested too deeply");
      }
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      in.enableAliasing(true);
      ByteArrayOutputStream repaired = new ByteArrayOutputStream(bytes.remaining());
      CodedOutputStream out = CodedOutputStream.newInstance(repaired);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        int number = WireFormat.getTagFieldNumber(tag);
        FieldDescriptor field = type.findFieldByNumber(number);
        boolean delimited = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
        if (delimited && field != null && field.getType() == FieldDescriptor.Type.STRING) {
          out.writeBytes(number, text(in.readBytes()));
        } else if (delimited && field != null && field.getType() == FieldDescriptor.Type.MESSAGE) {
          out.writeByteArray(
              number, message(in.readByteBuffer(), field.getMessageType(), depth + 1));
        } else {
          in.skipField(tag, out);
        }
      }
      out.flush();
      return repaired.toByteArray();
    }

    private ByteString text(ByteString text) {
      if (text.isValidUtf8()) {
        return text;
      }
      found = true;
      return ByteString.copyFromUtf8(text.toString(StandardCharsets.UTF_8));
    }
  }
}
