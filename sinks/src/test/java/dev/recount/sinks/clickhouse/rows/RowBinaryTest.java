package dev.recount.sinks.clickhouse.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RowBinaryTest {
  private final RowBinary row = new RowBinary(4);

  private String hex() {
    return HexFormat.of().formatHex(row.toByteArray());
  }

  @Test
  void numbersAreLittleEndian() {
    row.int8(0x1ff);
    row.int32(-2);
    row.int64(0x0102030405060708L);
    assertThat(hex()).isEqualTo("ff" + "feffffff" + "0807060504030201");
  }

  @Test
  void realNumbersAreTheirBits() {
    row.float64(-1.5);
    assertThat(ByteBuffer.wrap(row.toByteArray()).order(ByteOrder.LITTLE_ENDIAN).getDouble())
        .isEqualTo(-1.5);
  }

  @Test
  void sizesAreLeb128() {
    row.size(0);
    row.size(127);
    row.size(128);
    row.size(16_384);
    row.size(Integer.MAX_VALUE);
    assertThat(hex()).isEqualTo("00" + "7f" + "8001" + "808001" + "ffffffff07");
  }

  @Test
  void textIsUtf8BehindItsSizeInBytes() {
    row.string("é日\n");
    assertThat(hex()).isEqualTo("06" + "c3a9" + "e697a5" + "0a");
  }

  @Test
  void nullsAreMarked() {
    row.absent();
    row.present();
    row.bool(true);
    assertThat(hex()).isEqualTo("010001");
  }

  @Test
  void anythingAfterAPositionCanBeForgotten() throws IOException {
    row.string("kept");
    int position = row.length();
    row.string("forgotten, and longer than the buffer was at first");
    row.truncate(position);
    row.bool(false);
    assertThat(hex()).isEqualTo("046b657074" + "00");
    assertThat(row.slice(1, 5).readAllBytes()).asString().isEqualTo("kept");
    assertThatThrownBy(() -> row.truncate(7)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aLargeBatchGivesItsMemoryBack() {
    row.binary(new byte[1000]);
    row.clear();
    assertThat(row.length()).isZero();
    row.bool(true);
    assertThat(hex()).isEqualTo("01");
  }
}
