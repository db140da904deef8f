package dev.recount.sinks.archive.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of every storage. */
abstract class ObjectStorageContract {
  @SuppressWarnings("NullAway.Init")
  ObjectStorage storage;

  /** A storage with nothing in it. */
  abstract ObjectStorage open();

  @BeforeEach
  void openIt() {
    storage = open();
  }

  @AfterEach
  void closeIt() {
    storage.close();
  }

  @Test
  void whatWasPutIsRead() {
    storage.prepare();
    byte[] bytes = new byte[100_000];
    bytes[7] = 42;
    assertThat(storage.putIfAbsent("ab/trace/one.bin", bytes)).isTrue();
    assertThat(storage.get("ab/trace/one.bin")).hasValue(bytes);
    assertThat(storage.get("ab/trace/two.bin")).isEmpty();
    assertThat(storage.get("cd/nothing/two.bin")).isEmpty();
  }

  @Test
  void nothingIsOverwritten() {
    assertThat(storage.putIfAbsent("a/first", utf8("first"))).isTrue();
    assertThat(storage.putIfAbsent("a/first", utf8("second"))).isFalse();
    assertThat(storage.get("a/first")).hasValue(utf8("first"));
  }

  @Test
  void aFolderListsWhatIsInItAlone() {
    storage.prepare();
    storage.putIfAbsent("ab/trace1/x", utf8("x"));
    storage.putIfAbsent("ab/trace1/y", utf8("y"));
    storage.putIfAbsent("ab/trace10/z", utf8("z"));
    assertThat(storage.list("ab/trace1")).containsExactlyInAnyOrder("ab/trace1/x", "ab/trace1/y");
    assertThat(storage.list("ab/trace2")).isEmpty();
    assertThat(storage.list("cd/trace")).isEmpty();
  }

  @Test
  void whatIsRemovedIsGoneAndMayBePutAgain() {
    storage.prepare();
    storage.putIfAbsent("ab/trace1/x", utf8("x"));
    storage.putIfAbsent("ab/trace1/y", utf8("y"));
    storage.remove("ab/trace1/x");
    assertThat(storage.get("ab/trace1/x")).isEmpty();
    assertThat(storage.list("ab/trace1")).containsExactly("ab/trace1/y");
    storage.remove("ab/trace1/x");
    storage.remove("ab/trace1/y");
    assertThat(storage.list("ab/trace1")).isEmpty();
    assertThat(storage.putIfAbsent("ab/trace1/x", utf8("again"))).isTrue();
    assertThat(storage.get("ab/trace1/x")).hasValue(utf8("again"));
  }

  @Test
  void preparingTwiceIsFine() {
    storage.prepare();
    storage.prepare();
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
