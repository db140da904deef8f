package dev.recount.cli.context;

import dev.recount.avro.SnapshotContent;
import dev.recount.cli.UserError;
import dev.recount.schemas.content.ContentReference;
import dev.recount.schemas.content.ContentResolver;
import dev.recount.schemas.content.ContentStore;
import dev.recount.schemas.content.ContentStoreException;
import dev.recount.schemas.content.FolderContentStore;
import dev.recount.schemas.json.JsonText;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Puts content back that was too large for a record and is kept beside the topics. */
final class LargeContents {
  private final String place;
  private final ContentResolver resolver;

  /** Content in a folder. */
  LargeContents(Path folder) {
    this(new FolderContentStore(folder), folder.toString());
  }

  /**
   * Content in a store.
   *
   * @param place what the store is called in messages
   */
  LargeContents(ContentStore store, String place) {
    this.place = place;
    this.resolver = new ContentResolver(store);
  }

  /**
   * A body with its large content in place of the references to it.
   *
   * @throws UserError when some of it is not there
   */
  SnapshotContent inPlace(SnapshotContent body) {
    String content;
    try {
      content = resolver.resolve(body.getContent());
    } catch (ContentStoreException unreadable) {
      throw new UserError(
          String.valueOf(unreadable.getMessage()), "Check --content-dir.", unreadable);
    }
    ContentReference.parse(content).ifPresent(this::missing);
    if (JsonText.looksLikeJson(content)) {
      // Only those that could not be resolved are left; nothing is replaced.
      var unused = JsonText.replace(content, new Left());
    }
    return new SnapshotContent(body.getContentType(), content);
  }

  private void missing(ContentReference reference) {
    throw new UserError(
        "Content of "
            + reference.bytes()
            + " bytes that belongs to the window is not in "
            + place
            + " (SHA-256 "
            + reference.sha256()
            + ").",
        "The receiver kept it in its --content-dir; name that folder, or a copy, with"
            + " --content-dir.");
  }

  private final class Left implements JsonText.Replacer {
    @Override
    public String string(String value) {
      ContentReference.parse(value).ifPresent(LargeContents.this::missing);
      return value;
    }

    @Override
    public String key(String name) {
      return name;
    }

    @Override
    public @Nullable String number(String literal) {
      return null;
    }
  }
}
