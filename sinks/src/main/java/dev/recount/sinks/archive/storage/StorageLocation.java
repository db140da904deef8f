package dev.recount.sinks.archive.storage;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where an archive is: {@code file:///folder}, a plain path, or {@code
 * s3://bucket/prefix?endpoint=URL&region=NAME&path-style=true}, of which everything after the
 * bucket may be left out.
 */
public sealed interface StorageLocation {
  /** Opens the storage. Nothing is asked of it yet. */
  ObjectStorage open();

  /** The text that {@link #parse} reads. */
  String url();

  /** A folder of this machine. */
  record Folder(Path path) implements StorageLocation {
    @Override
    public ObjectStorage open() {
      return new FolderStorage(path);
    }

    @Override
    public String url() {
      return path.toUri().toString();
    }
  }

  /**
   * A bucket. Credentials come from where the AWS SDK looks for them.
   *
   * @param bucket its name
   * @param prefix put before every name, without slashes at its ends; may be empty
   * @param endpoint of a store other than Amazon's; empty for Amazon's
   * @param region empty for what the SDK finds, or {@code us-east-1} for another endpoint
   * @param pathStyle whether the bucket is named in the path of a URL, not in its host
   */
  record Bucket(
      String bucket,
      String prefix,
      Optional<URI> endpoint,
      Optional<String> region,
      boolean pathStyle)
      implements StorageLocation {
    @Override
    public ObjectStorage open() {
      return S3Storage.open(this);
    }

    @Override
    public String url() {
      List<String> options = new ArrayList<>();
      endpoint.ifPresent(url -> options.add("endpoint=" + encode(url.toString())));
      region.ifPresent(name -> options.add("region=" + encode(name)));
      if (pathStyle) {
        options.add("path-style=true");
      }
      return this + (options.isEmpty() ? "" : "?" + String.join("&", options));
    }

    private static String encode(String value) {
      return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** Without the options. */
    @Override
    public String toString() {
      return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
    }
  }

  /**
   * Reads a location.
   *
   * @throws IllegalArgumentException when the text is none, with what is wrong with it
   */
  static StorageLocation parse(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("no folder and no bucket is named");
    }
    if (!Pattern.matches("[A-Za-z][A-Za-z0-9+]+:.*", text)) {
      return folder(Path.of(text));
    }
    try {
      URI uri = new URI(text);
      return switch (uri.getScheme()) {
        case "file" -> folder(Path.of(uri));
        case "s3" -> bucket(uri);
        default ->
            throw new IllegalArgumentException(
                "it begins with " + uri.getScheme() + ":, not with file: or s3:");
      };
    } catch (URISyntaxException | FileSystemNotFoundException malformed) {
      throw new IllegalArgumentException("it is no URL: " + malformed.getMessage(), malformed);
    }
  }

  private static Folder folder(Path path) {
    try {
      return new Folder(path.toAbsolutePath().normalize());
    } catch (InvalidPathException malformed) {
      throw new IllegalArgumentException("it is no path: " + malformed.getMessage(), malformed);
    }
  }

  private static Bucket bucket(URI uri) {
    String bucket = uri.getAuthority();
    if (bucket == null || !Pattern.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket)) {
      throw new IllegalArgumentException(
          "it names no bucket; it looks like s3://bucket/prefix, and credentials come from elsewhere");
    }
    String prefix = uri.getPath().replaceAll("/+", "/").replaceAll("^/|/$", "");
    Map<String, String> options = options(uri);
    Optional<URI> endpoint = Optional.ofNullable(options.remove("endpoint")).map(URI::create);
    Optional<String> region = Optional.ofNullable(options.remove("region"));
    String pathStyle = options.remove("path-style");
    if (!options.isEmpty()) {
      throw new IllegalArgumentException(
          "it has no option "
              + options.keySet().iterator().next()
              + "; the options are endpoint, region and path-style");
    }
    if (endpoint.isPresent() && endpoint.get().getHost() == null) {
      throw new IllegalArgumentException("its endpoint is no URL such as http://127.0.0.1:9000");
    }
    return new Bucket(bucket, prefix, endpoint, region, Boolean.parseBoolean(pathStyle));
  }

  private static Map<String, String> options(URI uri) {
    Map<String, String> options = new LinkedHashMap<>();
    String query = uri.getRawQuery();
    if (query != null && !query.isEmpty()) {
      for (String option : query.split("&", -1)) {
        int equals = option.indexOf('=');
        String name = equals < 0 ? option : option.substring(0, equals);
        String value = equals < 0 ? "true" : option.substring(equals + 1);
        options.put(name, URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    return options;
  }
}
