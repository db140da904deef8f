package dev.recount.schemas.otlp;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

/** Reads JSON scalars as values of protobuf fields. */
final class JsonScalars {
  /** Identifiers, which OTLP/JSON writes in hexadecimal; all other byte fields are base64. */
  private static final Set<String> HEXADECIMAL = Set.of("trace_id", "span_id", "parent_span_id");

  /** No 64-bit integer has more digits; a longer text is not worth converting. */
  private static final int MAXIMUM_NUMBER_CHARACTERS = 40;

  private static final BigInteger TWO_TO_THE_64TH = BigInteger.ONE.shiftLeft(64);
  private static final int SHOWN_CHARACTERS = 40;

  private JsonScalars() {}

  /** The current token as a value of the field, boxed as protobuf's reflection wants it. */
  static Object read(JsonParser parser, FieldDescriptor field)
      throws IOException, MalformedOtlpException {
    return switch (field.getJavaType()) {
      case STRING -> {
        expect(parser, JsonToken.VALUE_STRING, "a text");
        yield parser.getText();
      }
      case BYTE_STRING -> {
        if (HEXADECIMAL.contains(field.getName())) {
          yield identifier(parser);
        }
        expect(parser, JsonToken.VALUE_STRING, "a text");
        yield base64(parser);
      }
      case BOOLEAN -> bool(parser);
      case DOUBLE -> floating(parser);
      case FLOAT -> (float) floating(parser);
      case INT -> (int) integer(parser, 32);
      case LONG -> integer(parser, 64);
      case ENUM -> enumeration(parser, field.getEnumType());
      case MESSAGE -> throw new IllegalArgumentException(field + " is not a scalar");
    };
  }

  /**
   * An identifier. What is no hexadecimal text is read as an empty one, which identifies nothing: a
   * span that has no identity is refused by itself, and its neighbours are not.
   */
  private static ByteString identifier(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      parser.skipChildren();
      return ByteString.EMPTY;
    }
    try {
      return ByteString.copyFrom(HexFormat.of().parseHex(parser.getText()));
    } catch (IllegalArgumentException notHexadecimal) {
      return ByteString.EMPTY;
    }
  }

  private static ByteString base64(JsonParser parser) throws IOException, MalformedOtlpException {
    try {
      // Protobuf's JSON may use either alphabet, padded or not.
      String plain = parser.getText().replace('-', '+').replace('_', '/');
      return ByteString.copyFrom(Base64.getDecoder().decode(plain));
    } catch (IllegalArgumentException malformed) {
      throw unexpected(parser, "base64");
    }
  }

  private static boolean bool(JsonParser parser) throws IOException, MalformedOtlpException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_STRING -> {
        String text = parser.getText();
        if (!text.equals("true") && !text.equals("false")) {
          throw unexpected(parser, "true or false");
        }
        yield text.equals("true");
      }
      default -> throw unexpected(parser, "true or false");
    };
  }

  /** The current token as a long where it is one, else as a double. */
  static Object number(JsonParser parser) throws IOException, MalformedOtlpException {
    try {
      return integer(parser, 64);
    } catch (MalformedOtlpException notWhole) {
      return floating(parser);
    }
  }

  private static double floating(JsonParser parser) throws IOException, MalformedOtlpException {
    JsonToken token = parser.currentToken();
    if (token.isNumeric() || token == JsonToken.VALUE_STRING) {
      try {
        // Double.parseDouble takes protobuf's NaN, Infinity and -Infinity too.
        return Double.parseDouble(parser.getText());
      } catch (NumberFormatException notANumber) {
        throw unexpected(parser, "a number");
      }
    }
    throw unexpected(parser, "a number");
  }

  /** A whole number that fits, signed or unsigned: both have the same bits. */
  private static long integer(JsonParser parser, int bits)
      throws IOException, MalformedOtlpException {
    JsonToken token = parser.currentToken();
    if (!token.isNumeric() && token != JsonToken.VALUE_STRING) {
      throw unexpected(parser, "a whole number");
    }
    String text = parser.getText();
    if (text.length() > MAXIMUM_NUMBER_CHARACTERS) {
      throw unexpected(parser, "a whole number of " + bits + " bits");
    }
    try {
      return wholeNumber(text, bits);
    } catch (ArithmeticException | NumberFormatException notWhole) {
      throw unexpected(parser, "a whole number of " + bits + " bits");
    }
  }

  private static long wholeNumber(String text, int bits) {
    try {
      long value = Long.parseLong(text);
      if (bits == 32 && (value < Integer.MIN_VALUE || value > 0xFFFF_FFFFL)) {
        throw new ArithmeticException("over 32 bits");
      }
      return value;
    } catch (NumberFormatException notPlain) {
      BigDecimal decimal = new BigDecimal(text);
      // 1e999999999 is short to write and long to expand.
      if (Math.abs((long) decimal.scale()) > MAXIMUM_NUMBER_CHARACTERS) {
        throw new ArithmeticException("out of range");
      }
      BigInteger value = decimal.toBigIntegerExact();
      boolean unsigned = bits == 64 && value.signum() > 0 && value.compareTo(TWO_TO_THE_64TH) < 0;
      long result = unsigned ? value.longValue() : value.longValueExact();
      if (bits == 32 && (result < Integer.MIN_VALUE || result > 0xFFFF_FFFFL)) {
        throw new ArithmeticException("over 32 bits");
      }
      return result;
    }
  }

  private static EnumValueDescriptor enumeration(JsonParser parser, EnumDescriptor type)
      throws IOException, MalformedOtlpException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      EnumValueDescriptor named = type.findValueByName(parser.getText());
      if (named != null) {
        return named;
      }
    }
    // Numbers of a later version of the protocol are kept.
    return type.findValueByNumberCreatingIfUnknown((int) integer(parser, 32));
  }

  private static void expect(JsonParser parser, JsonToken wanted, String what)
      throws IOException, MalformedOtlpException {
    if (parser.currentToken() != wanted) {
      throw unexpected(parser, what);
    }
  }

  /** Says where in the document something else was expected. */
  static MalformedOtlpException unexpected(JsonParser parser, String wanted) throws IOException {
    String found = String.valueOf(parser.getText());
    String shown =
        found.length() <= SHOWN_CHARACTERS ? found : found.substring(0, SHOWN_CHARACTERS) + "…";
    return new MalformedOtlpException(
        parser.getParsingContext().pathAsPointer()
            + ": expected "
            + wanted
            + ", found '"
            + shown
            + "'");
  }
}
