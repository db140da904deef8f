package dev.recount.schemas.content;

import dev.recount.schemas.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts content back in place of the references to it, for whoever shows a value. */
public final class ContentResolver {
  private final ContentStore store;

  /** Takes content from a store. */
  public ContentResolver(ContentStore store) {
    this.store = store;
  }

  /**
   * A text with its content: the content itself when the text is a reference, and JSON with content
   * in place of the strings that are. Bytes come as text; what is not in the store stays a
   * reference.
   *
   * @throws ContentStoreException when content is there and cannot be read
   */
  public String resolve(String text) {
    Optional<ContentReference> reference = ContentReference.parse(text);
    if (reference.isPresent()) {
      return content(reference.get()).orElse(text);
    }
    return JsonText.replace(text, new Strings()).orElse(text);
  }

  private Optional<String> content(ContentReference reference) {
    return store.get(reference).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  private final class Strings implements JsonText.Replacer {
    @Override
    public String string(String value) {
      return ContentReference.parse(value).flatMap(ContentResolver.this::content).orElse(value);
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
