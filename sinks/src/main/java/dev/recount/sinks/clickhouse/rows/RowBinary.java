package dev.recount.sinks.clickhouse.rows;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Rows in ClickHouse's RowBinary format, in a byte array that grows as needed.
 *
 * <p>Values follow each other without names, types or separators: whoever writes them must keep to
 * the order and the types of the columns. Not safe for use by several threads.
 *
 * @see <a href="https://clickhouse.com/docs/interfaces/formats/RowBinary">RowBinary</a>
 */
public final class RowBinary {
  /** Largest array that every Java virtual machine can allocate. */
  private static final int MAXIMUM_BYTES = Integer.MAX_VALUE - 8;

  private final int initialCapacity;
  private byte[] bytes;
  private int length;

  /**
   * An empty buffer.
   *
   * @param initialCapacity bytes to allocate at once, and to shrink back to when cleared
   */
  public RowBinary(int initialCapacity) {
    this.initialCapacity = initialCapacity;
    this.bytes = new byte[initialCapacity];
  }

  /** Bytes written. */
  public int length() {
    return length;
  }

  /** Bytes that the buffer takes up. */
  public int capacity() {
    return bytes.length;
  }

  /** Forgets everything from a position on, as when a row turns out not to be writable. */
  public void truncate(int position) {
    length = Objects.checkIndex(position, length + 1);
  }

  /** Forgets everything, and gives back what an unusually large batch had taken. */
  public void clear() {
    length = 0;
    if (bytes.length > 2 * initialCapacity) {
      bytes = new byte[initialCapacity];
    }
  }

  /** The bytes between two positions. The stream reads the buffer itself: use it before writing. */
  public InputStream slice(int from, int to) {
    Objects.checkFromToIndex(from, to, length);
    return new ByteArrayInputStream(bytes, from, to - from);
  }

  /** A copy of everything written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  /** UInt8, Enum8: the low 8 bits. */
  public void int8(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  /** Int32, UInt32. */
  public void int32(int value) {
    reserve(Integer.BYTES);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      bytes[length++] = (byte) (value >>> shift);
    }
  }

  /** Int64, UInt64, DateTime64. */
  public void int64(long value) {
    reserve(Long.BYTES);
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      bytes[length++] = (byte) (value >>> shift);
    }
  }

  /** Float64. */
  public void float64(double value) {
    int64(Double.doubleToRawLongBits(value));
  }

  /** Bool. */
  public void bool(boolean value) {
    int8(value ? 1 : 0);
  }

  /** String, LowCardinality(String). */
  public void string(String value) {
    binary(value.getBytes(StandardCharsets.UTF_8));
  }

  /** String of arbitrary bytes. */
  public void binary(byte[] value) {
    size(value.length);
    reserve(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  /** What precedes the elements of an array or a map: their number, in LEB128. */
  public void size(int elements) {
    reserve(5);
    int rest = elements;
    while ((rest & ~0x7f) != 0) {
      bytes[length++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  /** A null in a Nullable column. */
  public void absent() {
    int8(1);
  }

  /** What precedes a value in a Nullable column. */
  public void present() {
    int8(0);
  }

  private void reserve(int more) {
    if (more <= bytes.length - length) {
      return;
    }
    if (more > MAXIMUM_BYTES - length) {
      throw new IllegalStateException("A batch of rows cannot exceed " + MAXIMUM_BYTES + " bytes");
    }
    int needed = length + more;
    int doubled = bytes.length > MAXIMUM_BYTES / 2 ? MAXIMUM_BYTES : bytes.length * 2;
    bytes = Arrays.copyOf(bytes, Math.max(needed, doubled));
  }
}
