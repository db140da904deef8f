package dev.recount.schemas.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.io.IOException;

/**
 * Reads OTLP/JSON into a protobuf message of any OTLP type, driven by its descriptor. OTLP/JSON is
 * protobuf's JSON with exceptions: IDs are hexadecimal and enumerations are numbers.
 *
 * <p>Lenient where nothing can be misread: field names in snake case, enumerations by name, numbers
 * as text, whole numbers of an attribute that have more than 64 bits as fractions. Unknown fields
 * are skipped. An ID that is not hexadecimal is read as an empty one, so that whoever takes the
 * items refuses the one and not all of them.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding">JSON encoding</a>
 */
public final class OtlpJson {
  /**
   * Messages inside messages, at most. Protobuf's own parser stops at 100, so what is read here can
   * be read by everyone.
   */
  public static final int MAXIMUM_DEPTH = 96;

  private static final int MAXIMUM_JSON_DEPTH = 500;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAXIMUM_JSON_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE) // the body has a limit of its own
                  .build())
          .build();

  /** JavaScript calls 1e21 a whole number, and its SDK sends it as one. */
  private static final FieldDescriptor INT_VALUE =
      AnyValue.getDescriptor().findFieldByNumber(AnyValue.INT_VALUE_FIELD_NUMBER);

  private static final FieldDescriptor DOUBLE_VALUE =
      AnyValue.getDescriptor().findFieldByNumber(AnyValue.DOUBLE_VALUE_FIELD_NUMBER);

  private final JsonParser parser;
  private final int bytes;
  private long messages;

  private OtlpJson(JsonParser parser, int bytes) {
    this.parser = parser;
    this.bytes = bytes;
  }

  /**
   * Reads one JSON object.
   *
   * @param target receives what is read; undefined after an exception
   * @throws MalformedOtlpException when the bytes are not JSON or do not fit the message
   */
  public static void merge(byte[] json, Message.Builder target) throws MalformedOtlpException {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedOtlpException("Not a JSON object");
      }
      new OtlpJson(parser, json.length).readMessage(target, 0);
      if (parser.nextToken() != null) {
        throw new MalformedOtlpException("There is more after the JSON object");
      }
    } catch (IOException malformed) {
      throw new MalformedOtlpException(
          "Not JSON: " + firstLine(String.valueOf(malformed.getMessage())));
    }
  }

  @SuppressWarnings("ReferenceEquality") // a descriptor is there once
  private void readMessage(Message.Builder target, int depth)
      throws IOException, MalformedOtlpException {
    Expansion.check(++messages, bytes);
    if (depth > MAXIMUM_DEPTH) {
      throw new MalformedOtlpException("Nested deeper than " + MAXIMUM_DEPTH + " messages");
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw JsonScalars.unexpected(parser, "an object");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      FieldDescriptor field = JsonFields.find(target.getDescriptorForType(), parser.currentName());
      JsonToken value = parser.nextToken();
      if (field == null) {
        parser.skipChildren();
      } else if (value == JsonToken.VALUE_NULL) {
        // JSON null is an unset field, as in protobuf's own JSON.
        continue;
      } else if (field.isRepeated()) {
        readRepeated(target, field, depth);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        Message.Builder child = target.newBuilderForField(field);
        readMessage(child, depth + 1);
        target.setField(field, child.build());
      } else if (field == INT_VALUE) {
        Object number = JsonScalars.number(parser);
        target.setField(number instanceof Double ? DOUBLE_VALUE : INT_VALUE, number);
      } else {
        target.setField(field, JsonScalars.read(parser, field));
      }
    }
  }

  private void readRepeated(Message.Builder target, FieldDescriptor field, int depth)
      throws IOException, MalformedOtlpException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw JsonScalars.unexpected(parser, "an array");
    }
    boolean messages = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (!messages) {
        target.addRepeatedField(field, JsonScalars.read(parser, field));
        continue;
      }
      Message.Builder child = target.newBuilderForField(field);
      // A null among values is a value that is not set, which protobuf can express.
      if (parser.currentToken() != JsonToken.VALUE_NULL) {
        readMessage(child, depth + 1);
      }
      target.addRepeatedField(field, child.build());
    }
  }

  /** Jackson's further lines quote the source. */
  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
