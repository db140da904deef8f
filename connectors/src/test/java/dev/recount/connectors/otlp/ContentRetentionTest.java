package dev.recount.connectors.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.schemas.content.ContentReference;
import dev.recount.schemas.content.ContentStore;
import dev.recount.schemas.content.ContentStoreException;
import dev.recount.schemas.content.FolderContentStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentRetentionTest {
  private static final byte[] CONTENT = "once upon a time".getBytes(StandardCharsets.UTF_8);
  private static final ContentReference REFERENCE =
      ContentReference.to(CONTENT, ContentReference.TEXT);

  @Test
  void contentGoesAtTheEndOfItsRetentionAndNotBefore(@TempDir Path folder) {
    FolderContentStore store = new FolderContentStore(folder);
    LargeContent content = new LargeContent(store, 1 << 20, Duration.ofDays(30));
    store.put(REFERENCE, CONTENT);
    ContentRetention.prune(content, in(Duration.ofDays(29)));
    assertThat(store.get(REFERENCE)).isPresent();
    ContentRetention.prune(content, in(Duration.ofDays(31)));
    assertThat(store.get(REFERENCE)).isEmpty();
  }

  @Test
  void itIsLookedForFromTheStart() throws Exception {
    CompletableFuture<Instant> pruned = new CompletableFuture<>();
    LargeContent content =
        new LargeContent(new Store(pruned::complete), 1 << 20, Duration.ofDays(30));
    try (ContentRetention retention = ContentRetention.start(content)) {
      assertThat(retention).isNotNull();
      assertThat(pruned.get(30, TimeUnit.SECONDS))
          .isBefore(Instant.now().minus(Duration.ofDays(29)));
    }
  }

  @Test
  void aStoreThatFailsIsTriedAgainAndStopsNothing() {
    Store failing =
        new Store(
            before -> {
              throw new ContentStoreException("no", new IOException("no"));
            });
    assertThatCode(
            () ->
                ContentRetention.prune(
                    new LargeContent(failing, 1 << 20, Duration.ofDays(1)), Clock.systemUTC()))
        .doesNotThrowAnyException();
  }

  @Test
  void aRetentionIsNotNegative(@TempDir Path folder) {
    FolderContentStore store = new FolderContentStore(folder);
    assertThatThrownBy(() -> new LargeContent(store, 1 << 20, Duration.ofDays(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Clock in(Duration time) {
    return Clock.fixed(Instant.now().plus(time), ZoneOffset.UTC);
  }

  private interface Pruning {
    void prune(Instant before);
  }

  private record Store(Pruning pruning) implements ContentStore {
    @Override
    public void put(ContentReference reference, byte[] content) {}

    @Override
    public Pruned prune(Instant before) {
      pruning.prune(before);
      return new Pruned(0, 0);
    }

    @Override
    public long size(String sha256) {
      return -1;
    }

    @Override
    public boolean remove(String sha256) {
      return false;
    }

    @Override
    public Optional<byte[]> get(ContentReference reference) {
      return Optional.empty();
    }
  }
}
