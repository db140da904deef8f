package dev.recount.cli.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What docker-compose.yml says of its services. */
public final class ComposeServices {
  private ComposeServices() {}

  /**
   * The image of a service, with its version: what is tested is what is recommended.
   *
   * @throws IllegalStateException when there is no such service
   */
  public static String image(String service) {
    try {
      String image =
          yaml(Repository.root().resolve("docker-compose.yml"))
              .path("services")
              .path(service)
              .path("image")
              .asText();
      if (image.isEmpty()) {
        throw new IllegalStateException("docker-compose.yml names no image for " + service);
      }
      return image;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** A YAML file as a tree, anchors resolved, which Jackson's own reader does not do. */
  static JsonNode yaml(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file)) {
      Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
      return JsonMapper.builder().build().valueToTree(yaml.load(reader));
    }
  }
}
