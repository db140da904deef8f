package dev.recount.sinks.archive.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderPruningTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final Duration RETENTION = Duration.ofDays(30);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @Test
  void aTraceGoesWhenTheLastOfItIsOldEnough() throws IOException {
    Path old = file("ab/old/contents", 40);
    Path oldToo = file("ab/old/snapshots", 31);
    Path amended = file("cd/amended/snapshots", 29);
    Path amendedBefore = file("cd/amended/contents", 40);
    assertThat(new FolderPruning(folder, RETENTION).prune(NOW)).isEqualTo(1);
    assertThat(old).doesNotExist();
    assertThat(oldToo).doesNotExist();
    assertThat(old.getParent()).doesNotExist();
    assertThat(amended).exists();
    assertThat(amendedBefore).exists();
  }

  @Test
  void whatAKilledWriterLeftGoesAndWhatIsBeingWrittenStays() throws IOException {
    Path abandoned = file(FolderStorage.INCOMING + "/a.tmp", 2);
    Path fresh = file(FolderStorage.INCOMING + "/b.tmp", 0);
    assertThat(new FolderPruning(folder, RETENTION).prune(NOW)).isZero();
    assertThat(abandoned).doesNotExist();
    assertThat(fresh).exists();
  }

  @Test
  void aFolderThatIsNotThereHasNothingToRemove() {
    assertThat(new FolderPruning(folder.resolve("none"), RETENTION).prune(NOW)).isZero();
  }

  private Path file(String name, int days) throws IOException {
    Path file = folder.resolve(name);
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.writeString(file, name);
    Files.setLastModifiedTime(file, FileTime.from(NOW.minus(Duration.ofDays(days))));
    return file;
  }
}
