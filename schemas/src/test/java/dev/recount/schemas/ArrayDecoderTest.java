package dev.recount.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrayDecoderTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
  private final ArrayDecoder decoder = new ArrayDecoder();

  /** What the encoder has been given, some bytes into an array. */
  private ArrayDecoder encoded() throws IOException {
    encoder.flush();
    ByteBuffer array = ByteBuffer.allocate(3 + bytes.size());
    array.position(3).put(bytes.toByteArray());
    return decoder.read(array.array(), 3);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 63, 64, -64, -65, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void wholeNumbersAreReadAsAvroWritesThem(long number) throws IOException {
    encoder.writeInt((int) number);
    encoder.writeLong(number);
    encoder.writeLong(Long.MAX_VALUE - number);
    encoder.writeLong(Long.MIN_VALUE + Math.abs(number));

    assertThat(encoded().readInt()).isEqualTo((int) number);
    assertThat(decoder.readLong()).isEqualTo(number);
    assertThat(decoder.readLong()).isEqualTo(Long.MAX_VALUE - number);
    assertThat(decoder.readLong()).isEqualTo(Long.MIN_VALUE + Math.abs(number));
  }

  @Test
  void everyOtherTypeIsReadAsAvroWritesIt() throws IOException {
    encoder.writeNull();
    encoder.writeBoolean(true);
    encoder.writeBoolean(false);
    encoder.writeFloat(-1.5f);
    encoder.writeDouble(Math.PI);
    encoder.writeEnum(2);
    encoder.writeIndex(3);
    encoder.writeString("größer als 😀");
    encoder.writeString(new Utf8("x".repeat(1000)));
    encoder.writeBytes(new byte[] {1, 2, 3});
    encoder.writeFixed(new byte[] {4, 5});

    encoded().readNull();
    assertThat(decoder.readBoolean()).isTrue();
    assertThat(decoder.readBoolean()).isFalse();
    assertThat(decoder.readFloat()).isEqualTo(-1.5f);
    assertThat(decoder.readDouble()).isEqualTo(Math.PI);
    assertThat(decoder.readEnum()).isEqualTo(2);
    assertThat(decoder.readIndex()).isEqualTo(3);
    assertThat(decoder.readString()).isEqualTo("größer als 😀");
    assertThat(decoder.readString(null).toString()).isEqualTo("x".repeat(1000));
    assertThat(decoder.readBytes(null)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    byte[] fixed = new byte[2];
    decoder.readFixed(fixed, 0, 2);
    assertThat(fixed).containsExactly(4, 5);
  }

  @Test
  void whatIsSkippedTakesUpAsMuchAsWhatIsRead() throws IOException {
    encoder.writeString("skipped");
    encoder.writeBytes(new byte[] {1, 2, 3});
    encoder.writeFixed(new byte[] {4, 5});
    encoder.writeLong(7);

    encoded().skipString();
    decoder.skipBytes();
    decoder.skipFixed(2);
    assertThat(decoder.readLong()).isEqualTo(7);
  }

  @Test
  void blocksOfKnownSizeAreReadAndSkipped() throws IOException {
    for (int times = 0; times < 2; times++) {
      // Two elements in one byte each, then one in a block without a size, then the end.
      encoder.writeLong(-2);
      encoder.writeLong(2);
      encoder.writeInt(10);
      encoder.writeInt(11);
      encoder.writeLong(1);
      encoder.writeInt(12);
      encoder.writeLong(0);
    }

    assertThat(encoded().readArrayStart()).isEqualTo(2);
    assertThat(decoder.readInt()).isEqualTo(10);
    assertThat(decoder.readInt()).isEqualTo(11);
    assertThat(decoder.arrayNext()).isEqualTo(1);
    assertThat(decoder.readInt()).isEqualTo(12);
    assertThat(decoder.arrayNext()).isZero();

    assertThat(decoder.skipMap()).isEqualTo(1);
    assertThat(decoder.readInt()).isEqualTo(12);
    assertThat(decoder.skipMap()).isZero();
  }

  @Test
  void aRecordThatEndsEarlyIsRefused() throws IOException {
    encoder.writeString("cut short");
    encoder.flush();
    byte[] whole = bytes.toByteArray();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> decoder.read(cut, 0).readString()).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void aLengthOrACountBeyondTheRecordIsRefusedBeforeRoomIsMadeForIt() throws IOException {
    encoder.writeLong(Integer.MAX_VALUE);
    encoder.writeLong(Integer.MAX_VALUE);
    encoder.writeLong(-5);
    encoded();
    assertThatThrownBy(decoder::readArrayStart).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder.readBytes(null)).isInstanceOf(EOFException.class);
    assertThatThrownBy(decoder::readString).isInstanceOf(EOFException.class);
  }

  @Test
  void aNumberWithoutAnEndIsRefused() {
    byte[] endless = new byte[20];
    Arrays.fill(endless, (byte) 0xff);
    assertThatThrownBy(() -> decoder.read(endless, 0).readLong())
        .isInstanceOf(AvroRuntimeException.class);
  }

  @Test
  void aShortTextThatComesAgainAndAgainIsOneString() throws IOException {
    for (int times = 0; times < 4; times++) {
      encoder.writeString("gen_ai.request.model");
    }
    encoded().readString();
    decoder.readString();
    String known = decoder.readString();
    assertThat(decoder.readString()).isSameAs(known).isEqualTo("gen_ai.request.model");
  }

  @Test
  void textsThatDifferAnywhereAreToldApart() throws IOException {
    byte[] text = "0123456789abcdefghijklmnopqrstuvwxyz".getBytes(StandardCharsets.US_ASCII);
    for (int length = 0; length <= text.length; length++) {
      for (int changed = 0; changed < length; changed++) {
        for (int times = 0; times < 3; times++) {
          byte[] other = Arrays.copyOf(text, length);
          other[changed] = '!';
          encoder.writeBytes(other);
          encoder.writeBytes(text, 0, length);
        }
      }
    }
    encoded();
    for (int length = 0; length <= text.length; length++) {
      for (int changed = 0; changed < length; changed++) {
        for (int times = 0; times < 3; times++) {
          String expected = new String(text, 0, length, StandardCharsets.US_ASCII);
          assertThat(decoder.readString())
              .isEqualTo(expected.substring(0, changed) + "!" + expected.substring(changed + 1));
          assertThat(decoder.readString()).isEqualTo(expected);
        }
      }
    }
  }
}
