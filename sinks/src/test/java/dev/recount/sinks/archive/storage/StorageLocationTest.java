package dev.recount.sinks.archive.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorageLocationTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"file:///var/lib/archive", "/var/lib/archive", "file:/var/lib/x/../archive/"})
  void aFolderIsAPathOrAUrl(String text) {
    assertThat(StorageLocation.parse(text))
        .isEqualTo(new StorageLocation.Folder(Path.of("/var/lib/archive")));
  }

  @Test
  void aBucketMayHaveAPrefixAndOptions() {
    assertThat(StorageLocation.parse("s3://evidence"))
        .isEqualTo(
            new StorageLocation.Bucket("evidence", "", Optional.empty(), Optional.empty(), false));
    assertThat(
            StorageLocation.parse(
                "s3://evidence/agents/eu/?endpoint=http://127.0.0.1:9000&region=eu-west-1&path-style"))
        .isEqualTo(
            new StorageLocation.Bucket(
                "evidence",
                "agents/eu",
                Optional.of(URI.create("http://127.0.0.1:9000")),
                Optional.of("eu-west-1"),
                true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///var/lib/archive%20of%20mine",
        "s3://evidence",
        "s3://evidence/a/b?endpoint=http://127.0.0.1:9000&region=eu-west-1&path-style=true"
      })
  void theUrlOfALocationIsReadBack(String text) {
    StorageLocation location = StorageLocation.parse(text);
    assertThat(StorageLocation.parse(location.url())).isEqualTo(location);
  }

  @ParameterizedTest
  @CsvSource({
    "'', no folder",
    "gs://bucket, not with file: or s3:",
    "s3:///prefix, names no bucket",
    "s3://key:secret@bucket, credentials come from elsewhere",
    "s3://bucket?endpont=http://x, no option endpont",
    "s3://bucket?endpoint=minio, no URL such as"
  })
  void aMistakeIsNamed(String text, String reason) {
    assertThatThrownBy(() -> StorageLocation.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
