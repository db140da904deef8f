package dev.recount.schemas.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentStoreTest {
  private static final byte[] CONTENT =
      "once upon a time ".repeat(10_000).getBytes(StandardCharsets.UTF_8);
  private static final ContentReference REFERENCE =
      ContentReference.to(CONTENT, ContentReference.TEXT);

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  ContentStoreTest() {}

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void aReferenceIsReadAsItIsWritten() {
    assertThat(REFERENCE.format())
        .matches("recount:content/sha256/[0-9a-f]{64}\\?bytes=170000&type=text/plain");
    assertThat(ContentReference.parse(REFERENCE.format())).hasValue(REFERENCE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "recount:content/sha256/",
        "recount:content/sha256/00?bytes=1&type=text/plain",
        "see recount:content/sha256/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?bytes=1&type=text/plain",
        "recount:content/sha256/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?bytes=1&type=text/html",
        "recount:content/sha256/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?bytes=99999999999&type=text/plain"
      })
  void otherTextIsNoReference(String text) {
    assertThat(ContentReference.parse(text)).isEmpty();
  }

  @Test
  void contentIsKeptOnceCompressedAndFoundByItsReference() throws IOException {
    ContentStore store = new FolderContentStore(folder.resolve("content"));
    assertThat(store.get(REFERENCE)).isEmpty();
    store.put(REFERENCE, CONTENT);
    store.put(REFERENCE, CONTENT);
    assertThat(store.get(REFERENCE))
        .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(CONTENT));
    assertThat(files()).hasSize(1);
    assertThat(files().get(0))
        .hasFileName(REFERENCE.sha256() + ".zst")
        .satisfies(file -> assertThat(Files.size(file)).isLessThan(CONTENT.length / 10));
  }

  @Test
  void manyAtOnceKeepOne() throws IOException {
    ContentStore store = new FolderContentStore(folder);
    CompletableFuture.allOf(
            IntStream.range(0, 16)
                .mapToObj(i -> CompletableFuture.runAsync(() -> store.put(REFERENCE, CONTENT)))
                .toArray(CompletableFuture[]::new))
        .join();
    assertThat(files()).hasSize(1);
    assertThat(store.get(REFERENCE)).isPresent();
  }

  @Test
  void contentThatDoesNotCompressAndNoneAtAllAreKeptToo() {
    ContentStore store = new FolderContentStore(folder);
    byte[] random = new byte[100_000];
    new Random(7).nextBytes(random);
    for (byte[] content : List.of(random, new byte[0])) {
      ContentReference reference = ContentReference.to(content, ContentReference.BINARY);
      store.put(reference, content);
      assertThat(store.get(reference))
          .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(content));
    }
  }

  @Test
  void contentThatIsNotWhatItsNameSaysIsNotHandedOut() throws IOException {
    ContentStore store = new FolderContentStore(folder);
    store.put(REFERENCE, CONTENT);
    byte[] other = "twice".repeat(34_000).getBytes(StandardCharsets.UTF_8);
    ContentReference otherReference = ContentReference.to(other, ContentReference.TEXT);
    store.put(otherReference, other);
    Path file =
        folder.resolve(REFERENCE.sha256().substring(0, 2)).resolve(REFERENCE.sha256() + ".zst");
    Files.copy(
        folder
            .resolve(otherReference.sha256().substring(0, 2))
            .resolve(otherReference.sha256() + ".zst"),
        file,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> store.get(REFERENCE)).isInstanceOf(ContentStoreException.class);
    Files.write(file, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> store.get(REFERENCE)).isInstanceOf(ContentStoreException.class);
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> new FolderContentStore(file).put(REFERENCE, CONTENT))
        .isInstanceOf(ContentStoreException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void referencesInJsonAreResolvedAndThoseToNothingStay() {
    ContentStore store = new FolderContentStore(folder);
    store.put(REFERENCE, CONTENT);
    ContentReference absent = ContentReference.to(new byte[] {1}, ContentReference.TEXT);
    ContentResolver resolver = new ContentResolver(store);
    String text = new String(CONTENT, StandardCharsets.UTF_8);
    assertThat(resolver.resolve(REFERENCE.format())).isEqualTo(text);
    assertThat(
            resolver.resolve(
                "[{\"content\": \"" + REFERENCE.format() + "\"}, \"" + absent.format() + "\"]"))
        .isEqualTo("[{\"content\": \"" + text + "\"}, \"" + absent.format() + "\"]");
    assertThat(resolver.resolve("plain")).isEqualTo("plain");
  }

  @Test
  void whatWasNotKeptAgainIsPrunedByItsAge() throws IOException {
    FolderContentStore store = new FolderContentStore(folder.resolve("content"));
    Instant now = Instant.now();
    assertThat(store.prune(now)).isEqualTo(new ContentStore.Pruned(0, 0));
    byte[] other = "something else ".repeat(1_000).getBytes(StandardCharsets.UTF_8);
    ContentReference referred = ContentReference.to(other, ContentReference.TEXT);
    store.put(REFERENCE, CONTENT);
    store.put(referred, other);
    for (Path file : files()) {
      Files.setLastModifiedTime(file, FileTime.from(now.minus(Duration.ofDays(8))));
    }
    store.put(referred, other);
    Path stranger = Files.writeString(folder.resolve("content").resolve("notes.txt"), "mine");
    Files.setLastModifiedTime(stranger, FileTime.from(now.minus(Duration.ofDays(8))));

    ContentStore.Pruned pruned = store.prune(now.minus(Duration.ofDays(7)));

    assertThat(pruned.contents()).isEqualTo(1);
    assertThat(pruned.bytes()).isPositive();
    assertThat(store.get(REFERENCE)).isEmpty();
    assertThat(store.get(referred)).isPresent();
    assertThat(stranger).exists();
    assertThat(files()).hasSize(2);
  }

  @Test
  void whatIsRemovedIsGoneAndMayBeKeptAgain() {
    FolderContentStore store = new FolderContentStore(folder);
    assertThat(store.size(REFERENCE.sha256())).isEqualTo(-1);
    store.put(REFERENCE, CONTENT);
    assertThat(store.size(REFERENCE.sha256())).isPositive();
    assertThat(store.remove(REFERENCE.sha256())).isTrue();
    assertThat(store.remove(REFERENCE.sha256())).isFalse();
    assertThat(store.get(REFERENCE)).isEmpty();
    store.put(REFERENCE, CONTENT);
    assertThat(store.get(REFERENCE)).hasValue(CONTENT);
    assertThatThrownBy(() -> store.remove("../../elsewhere"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void leftoversOfAKilledProcessGoWithTime() throws IOException {
    Path shelf = Files.createDirectories(folder.resolve("content").resolve("ab"));
    Path torn = Files.writeString(shelf.resolve("content123.tmp"), "torn");
    Path young = Files.writeString(shelf.resolve("content456.tmp"), "being written");
    Instant now = Instant.now();
    Files.setLastModifiedTime(torn, FileTime.from(now.minus(Duration.ofDays(8))));
    new FolderContentStore(folder.resolve("content")).prune(now.minus(Duration.ofDays(7)));
    assertThat(torn).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void contentThatIsKeptWhileItIsPrunedIsThereAfterwards() {
    FolderContentStore store = new FolderContentStore(folder);
    CompletableFuture<Void> keeping =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 300; i++) {
                store.put(REFERENCE, CONTENT);
              }
            });
    while (!keeping.isDone()) {
      store.prune(Instant.now().minus(Duration.ofMillis(1)));
    }
    keeping.join();
    store.put(REFERENCE, CONTENT);
    store.prune(Instant.now().minus(Duration.ofHours(1)));
    assertThat(store.get(REFERENCE)).isPresent();
  }
}
