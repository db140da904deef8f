package dev.recount.sinks.archive.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStorageTest extends ObjectStorageContract {
  private static final int WRITERS = 8;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @Override
  ObjectStorage open() {
    return new FolderStorage(folder.resolve("archive"));
  }

  @Test
  void nothingIsLeftOfWriting() throws IOException {
    storage.prepare();
    storage.putIfAbsent("a/b", utf8("1"));
    storage.putIfAbsent("a/b", utf8("2"));
    try (Stream<Path> left = Files.list(folder.resolve("archive/" + FolderStorage.INCOMING))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aNameThatLeadsElsewhereIsRefused() {
    assertThatThrownBy(() -> storage.putIfAbsent("../elsewhere", utf8("x")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(folder.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void whatCannotBeAFolderIsAMistakeThatLasts() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    try (ObjectStorage impossible = new FolderStorage(file)) {
      assertThatThrownBy(impossible::prepare)
          .isInstanceOfSatisfying(
              StorageException.class, failed -> assertThat(failed.isPassing()).isFalse())
          .hasMessageContaining(file.toString());
    }
  }

  /** In a bucket the server decides, as S3 does; the one of these tests does not. */
  @Test
  void ofSeveralWritersOneWinsAndItsBytesStay() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      for (int round = 0; round < 10; round++) {
        String name = "race/" + round;
        CyclicBarrier start = new CyclicBarrier(WRITERS);
        List<Future<Boolean>> results = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
          byte[] bytes = utf8("writer " + writer + " ".repeat(50_000));
          results.add(
              threads.submit(
                  () -> {
                    start.await();
                    return storage.putIfAbsent(name, bytes);
                  }));
        }
        List<Integer> winners = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
          if (results.get(writer).get()) {
            winners.add(writer);
          }
        }
        assertThat(winners).as(name).hasSize(1);
        assertThat(storage.get(name))
            .hasValue(utf8("writer " + winners.get(0) + " ".repeat(50_000)));
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
