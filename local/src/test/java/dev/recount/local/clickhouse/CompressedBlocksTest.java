package dev.recount.local.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.data.ClickHouseCityHash;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressedBlocksTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 1_000_000})
  void whatIsWrittenIsReadBack(int size) throws IOException {
    byte[] data = new byte[size];
    new Random(size).nextBytes(data);
    assertThat(read(written(data))).isEqualTo(data);
  }

  @Test
  void zstdAndUncompressedBlocksAreRead() throws IOException {
    byte[] data =
        "some data, some data, some data".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(read(block(0x90, Zstd.compress(data), data.length))).isEqualTo(data);
    assertThat(read(block(0x02, data, data.length))).isEqualTo(data);
  }

  @Test
  void damagedBlocksAreRefused() throws IOException {
    byte[] whole = written(new byte[100]);
    byte[] changed = whole.clone();
    changed[changed.length - 1]++;
    assertThatThrownBy(() -> read(changed))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("checksum");
    assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length - 1)))
        .isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> read(Arrays.copyOf(whole, 10))).isInstanceOf(EOFException.class);
  }

  @Test
  void blocksThatLieAboutThemselvesAreRefused() {
    byte[] data = new byte[10];
    assertThatThrownBy(() -> read(block(0x02, data, 11))).hasMessageContaining("size");
    assertThatThrownBy(() -> read(block(0x90, Zstd.compress(data), 11)))
        .hasMessageContaining("size");
    assertThatThrownBy(() -> read(block(0x82, new byte[] {-1, -1, -1}, 10)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read(block(0x02, data, CompressedBlocks.MAX_BLOCK_BYTES + 1)))
        .hasMessageContaining("too large");
    assertThatThrownBy(() -> read(block(0x02, data, -1))).hasMessageContaining("too large");
    assertThatThrownBy(() -> read(block(0x33, data, 10)))
        .hasMessageContaining("unknown compression");
  }

  private static byte[] written(byte[] data) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (CompressedBlocks.Output output = new CompressedBlocks.Output(bytes)) {
      output.write(data);
    }
    return bytes.toByteArray();
  }

  private static byte[] read(byte[] blocks) throws IOException {
    return new CompressedBlocks.Input(new ByteArrayInputStream(blocks)).readAllBytes();
  }

  private static byte[] block(int method, byte[] data, int rawSize) {
    ByteBuffer block = ByteBuffer.allocate(25 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    block.put(16, (byte) method).putInt(17, 9 + data.length).putInt(21, rawSize).put(25, data);
    long[] checksum = ClickHouseCityHash.cityHash128(block.array(), 16, 9 + data.length);
    block.putLong(0, checksum[0]).putLong(8, checksum[1]);
    return block.array();
  }
}
