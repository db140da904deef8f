package dev.recount.schemas;

import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Reads Avro binary from an array. Short texts that come again and again, such as the keys of
 * attributes, names and versions, become one String each: half of what a span would take up
 * otherwise. Not safe for use by several threads.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#binary-encoding">Binary
 *     encoding</a>
 */
final class ArrayDecoder extends Decoder {
  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DOUBLES =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int LONGEST_INT = 5;
  private static final int LONGEST_LONG = 10;

  private final RepeatedTexts texts = new RepeatedTexts();
  private byte[] bytes = new byte[0];
  private int at;

  /** Begins to read at an offset into an array. */
  ArrayDecoder read(byte[] from, int offset) {
    bytes = from;
    at = offset;
    return this;
  }

  /** Lets go of the array. */
  void release() {
    bytes = new byte[0];
    at = 0;
  }

  private int take(int length) throws EOFException {
    if (length < 0 || length > bytes.length - at) {
      throw new EOFException("The record ends early");
    }
    int start = at;
    at += length;
    return start;
  }

  @Override
  public void readNull() {
    // It takes no bytes.
  }

  @Override
  public boolean readBoolean() throws IOException {
    return bytes[take(1)] == 1;
  }

  @Override
  public int readInt() throws IOException {
    long number = readNumber(LONGEST_INT);
    return (int) (number >>> 1) ^ -(int) (number & 1);
  }

  @Override
  public long readLong() throws IOException {
    long number = readNumber(LONGEST_LONG);
    return (number >>> 1) ^ -(number & 1);
  }

  /** Seven bits a byte, the lowest first. */
  private long readNumber(int most) throws IOException {
    long number = 0;
    for (int read = 0; read < most; read++) {
      byte next = bytes[take(1)];
      number |= (next & 0x7fL) << (7 * read);
      if (next >= 0) {
        return number;
      }
    }
    throw new AvroRuntimeException("A number has too many bytes");
  }

  @Override
  public float readFloat() throws IOException {
    return (float) FLOATS.get(bytes, take(Float.BYTES));
  }

  @Override
  public double readDouble() throws IOException {
    return (double) DOUBLES.get(bytes, take(Double.BYTES));
  }

  @Override
  public Utf8 readString(@Nullable Utf8 old) throws IOException {
    return new Utf8(readString());
  }

  @Override
  public String readString() throws IOException {
    int length = readLength();
    int start = take(length);
    return length <= RepeatedTexts.LONGEST
        ? texts.text(bytes, start, length)
        : new String(bytes, start, length, StandardCharsets.UTF_8);
  }

  @Override
  public void skipString() throws IOException {
    take(readLength());
  }

  @Override
  public ByteBuffer readBytes(@Nullable ByteBuffer old) throws IOException {
    byte[] copy = new byte[readLength()];
    readFixed(copy, 0, copy.length);
    return ByteBuffer.wrap(copy);
  }

  @Override
  public void skipBytes() throws IOException {
    take(readLength());
  }

  @Override
  public void readFixed(byte[] into, int start, int length) throws IOException {
    System.arraycopy(bytes, take(length), into, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    take(length);
  }

  @Override
  public int readEnum() throws IOException {
    return readInt();
  }

  @Override
  public int readIndex() throws IOException {
    return readInt();
  }

  @Override
  public long readArrayStart() throws IOException {
    return readCount();
  }

  @Override
  public long arrayNext() throws IOException {
    return readCount();
  }

  @Override
  public long skipArray() throws IOException {
    return skipBlocks();
  }

  @Override
  public long readMapStart() throws IOException {
    return readCount();
  }

  @Override
  public long mapNext() throws IOException {
    return readCount();
  }

  @Override
  public long skipMap() throws IOException {
    return skipBlocks();
  }

  private int readLength() throws IOException {
    long length = readLong();
    if (length < 0 || length > bytes.length - at) {
      throw new EOFException("A length of " + length + " goes beyond the record");
    }
    return (int) length;
  }

  /** Elements of the next block; a negative count is followed by the block's size in bytes. */
  private long readCount() throws IOException {
    long count = readLong();
    if (count < 0) {
      readLong();
      count = -count;
    }
    // Each takes up a byte at least: room is made for as many as are said to come.
    if (count < 0 || count > bytes.length - at) {
      throw new EOFException("A count of " + count + " goes beyond the record");
    }
    return count;
  }

  /** Skips blocks whose size is known; the count of one whose elements have to be skipped. */
  private long skipBlocks() throws IOException {
    long count = readLong();
    while (count < 0) {
      take(readLength());
      count = readLong();
    }
    return count;
  }
}
