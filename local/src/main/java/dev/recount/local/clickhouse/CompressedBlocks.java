package dev.recount.local.clickhouse;

import com.clickhouse.data.ClickHouseCityHash;
import com.github.luben.zstd.Zstd;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/**
 * ClickHouse's compressed blocks, which the drivers send and expect: a CityHash128 checksum (16
 * bytes) of what follows, then method (1), compressed size with this header of 9 (4, little
 * endian), raw size (4), data.
 */
final class CompressedBlocks {
  /**
   * The largest block taken, raw or compressed, in bytes. Drivers send blocks of about 64 KiB to 1
   * MiB.
   */
  static final int MAX_BLOCK_BYTES = 32 * 1024 * 1024;

  private static final int CHECKSUM_BYTES = 16;
  private static final int HEADER_BYTES = 9;
  private static final int METHOD_NONE = 0x02;
  private static final int METHOD_LZ4 = 0x82;
  private static final int METHOD_ZSTD = 0x90;

  private CompressedBlocks() {}

  /** Reads blocks: LZ4, ZSTD or uncompressed. */
  static final class Input extends InputStream {
    private final InputStream source;
    private byte[] raw = new byte[0];
    private int position;

    Input(InputStream source) {
      this.source = source;
    }

    @Override
    public int read() throws IOException {
      return hasMore() ? raw[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!hasMore()) {
        return -1;
      }
      int count = Math.min(length, raw.length - position);
      System.arraycopy(raw, position, target, offset, count);
      position += count;
      return count;
    }

    @Override
    public void close() throws IOException {
      source.close();
    }

    private boolean hasMore() throws IOException {
      while (position >= raw.length) {
        byte[] head = source.readNBytes(CHECKSUM_BYTES + HEADER_BYTES);
        if (head.length == 0) {
          return false;
        }
        if (head.length < CHECKSUM_BYTES + HEADER_BYTES) {
          throw new EOFException("the data ends within the header of a compressed block");
        }
        raw = decompress(head);
        position = 0;
      }
      return true;
    }

    private byte[] decompress(byte[] head) throws IOException {
      ByteBuffer header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
      int method = head[CHECKSUM_BYTES] & 0xff;
      int compressedSize = header.getInt(CHECKSUM_BYTES + 1);
      int rawSize = header.getInt(CHECKSUM_BYTES + 5);
      if (compressedSize < HEADER_BYTES
          || compressedSize > MAX_BLOCK_BYTES
          || rawSize < 0
          || rawSize > MAX_BLOCK_BYTES) {
        throw new IOException("a compressed block of impossible or too large a size");
      }
      byte[] block = new byte[compressedSize];
      System.arraycopy(head, CHECKSUM_BYTES, block, 0, HEADER_BYTES);
      int dataSize = compressedSize - HEADER_BYTES;
      if (source.readNBytes(block, HEADER_BYTES, dataSize) < dataSize) {
        throw new EOFException("the data ends within a compressed block");
      }
      long[] checksum = ClickHouseCityHash.cityHash128(block, 0, compressedSize);
      if (checksum[0] != header.getLong(0) || checksum[1] != header.getLong(Long.BYTES)) {
        throw new IOException("a compressed block whose checksum does not match");
      }
      return decompress(method, block, dataSize, rawSize);
    }

    private static byte[] decompress(int method, byte[] block, int dataSize, int rawSize)
        throws IOException {
      byte[] result = new byte[rawSize];
      long size;
      switch (method) {
        case METHOD_NONE -> {
          size = dataSize;
          System.arraycopy(block, HEADER_BYTES, result, 0, Math.min(dataSize, rawSize));
        }
        case METHOD_LZ4 -> {
          try {
            // The safe variant checks its bounds: the data comes from outside.
            size =
                LZ4Factory.fastestInstance()
                    .safeDecompressor()
                    .decompress(block, HEADER_BYTES, dataSize, result, 0);
          } catch (LZ4Exception e) {
            throw new IOException("a compressed block that is not LZ4", e);
          }
        }
        case METHOD_ZSTD ->
            size = Zstd.decompressByteArray(result, 0, rawSize, block, HEADER_BYTES, dataSize);
        default ->
            throw new IOException("unknown compression method 0x" + Integer.toHexString(method));
      }
      if (size != rawSize) {
        throw new IOException("a compressed block that does not have the size it declares");
      }
      return result;
    }
  }

  /** Writes LZ4 blocks. */
  static final class Output extends OutputStream {
    private static final int RAW_BYTES = 64 * 1024;

    private final OutputStream target;
    private final LZ4Compressor compressor = LZ4Factory.fastestInstance().fastCompressor();
    private final byte[] raw = new byte[RAW_BYTES];
    private final byte[] block =
        new byte[CHECKSUM_BYTES + HEADER_BYTES + compressor.maxCompressedLength(RAW_BYTES)];
    private int filled;

    Output(OutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int value) throws IOException {
      if (filled == raw.length) {
        writeBlock();
      }
      raw[filled++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      int written = 0;
      while (written < length) {
        if (filled == raw.length) {
          writeBlock();
        }
        int count = Math.min(length - written, raw.length - filled);
        System.arraycopy(source, offset + written, raw, filled, count);
        filled += count;
        written += count;
      }
    }

    @Override
    public void close() throws IOException {
      writeBlock();
      target.close();
    }

    private void writeBlock() throws IOException {
      if (filled == 0) {
        return;
      }
      int dataOffset = CHECKSUM_BYTES + HEADER_BYTES;
      int size = HEADER_BYTES + compressor.compress(raw, 0, filled, block, dataOffset);
      ByteBuffer header = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
      header.put(CHECKSUM_BYTES, (byte) METHOD_LZ4);
      header.putInt(CHECKSUM_BYTES + 1, size);
      header.putInt(CHECKSUM_BYTES + 5, filled);
      long[] checksum = ClickHouseCityHash.cityHash128(block, CHECKSUM_BYTES, size);
      header.putLong(0, checksum[0]);
      header.putLong(Long.BYTES, checksum[1]);
      target.write(block, 0, CHECKSUM_BYTES + size);
      filled = 0;
    }
  }
}
