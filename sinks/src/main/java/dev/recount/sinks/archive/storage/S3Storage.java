package dev.recount.sinks.archive.storage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects in a bucket of a store that speaks S3, put with {@code If-None-Match: *}: the store
 * decides between two writers.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html">How
 *     to prevent object overwrites with conditional writes</a>
 */
public final class S3Storage implements ObjectStorage {
  /** Object that tells whether the store keeps to the condition. */
  private static final String MARKER = "recount-archive";

  private static final byte[] MARKER_CONTENT = {'1', '\n'};

  private static final int OK_BELOW = 500;
  private static final int NOT_IMPLEMENTED = 501;
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;

  /** Timeouts, conflicts between two writers and requests to slow down, by status. */
  private static final Set<Integer> PASSING = Set.of(408, 409, 425, 429);

  /** The same by S3's own code, where the status is that of a mistake of ours. */
  private static final Set<String> PASSING_CODES =
      Set.of("ExpiredToken", "RequestTimeTooSkewed", "RequestTimeout", "SlowDown");

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /** Of a call with all its attempts: well below what Connect lets a delivery take. */
  private static final Duration CALL = Duration.ofSeconds(90);

  private final S3Client client;
  private final StorageLocation.Bucket location;
  private final String prefix;

  private S3Storage(S3Client client, StorageLocation.Bucket location) {
    this.client = client;
    this.location = location;
    this.prefix = location.prefix().isEmpty() ? "" : location.prefix() + "/";
  }

  static S3Storage open(StorageLocation.Bucket location) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(ANSWER))
            .overrideConfiguration(call -> call.apiCallTimeout(CALL))
            .forcePathStyle(location.pathStyle())
            // A digest is sent of each object; trailers that other stores do not know are not.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    location.endpoint().ifPresent(builder::endpointOverride);
    if (location.region().isPresent()) {
      builder.region(Region.of(location.region().get()));
    } else if (location.endpoint().isPresent()) {
      builder.region(Region.US_EAST_1);
    }
    try {
      return new S3Storage(builder.build(), location);
    } catch (SdkException | IllegalArgumentException refused) {
      throw StorageException.lasting(
          "Cannot use " + location + ": " + refused.getMessage(), refused);
    }
  }

  @Override
  public void prepare() {
    putIfAbsent(MARKER, MARKER_CONTENT);
    if (putIfAbsent(MARKER, MARKER_CONTENT)) {
      throw StorageException.lasting(
          location
              + " overwrites objects in spite of If-None-Match: *. An archive needs a store with"
              + " conditional writes",
          null);
    }
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    try {
      client.putObject(
          request ->
              request
                  .bucket(location.bucket())
                  .key(prefix + name)
                  .ifNoneMatch("*")
                  .checksumSHA256(sha256(bytes)),
          RequestBody.fromBytes(bytes));
      return true;
    } catch (S3Exception refused) {
      if (refused.statusCode() == PRECONDITION_FAILED) {
        return false;
      }
      throw failure("write", name, refused);
    } catch (SdkException failed) {
      throw failure("write", name, failed);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every Java platform has SHA-256", impossible);
    }
  }

  @Override
  public Optional<byte[]> get(String name) {
    try {
      return Optional.of(
          client
              .getObjectAsBytes(request -> request.bucket(location.bucket()).key(prefix + name))
              .asByteArray());
    } catch (NoSuchKeyException absent) {
      return Optional.empty();
    } catch (SdkException failed) {
      throw failure("read", name, failed);
    }
  }

  @Override
  public List<String> list(String folder) {
    try {
      return client
          .listObjectsV2Paginator(
              request -> request.bucket(location.bucket()).prefix(prefix + folder + "/"))
          .contents()
          .stream()
          .map(S3Object::key)
          .map(key -> key.substring(prefix.length()))
          .toList();
    } catch (SdkException failed) {
      throw failure("list", folder, failed);
    }
  }

  @Override
  public void remove(String name) {
    try {
      client.deleteObject(request -> request.bucket(location.bucket()).key(prefix + name));
    } catch (SdkException failed) {
      throw failure("remove", name, failed);
    }
  }

  private StorageException failure(String what, String name, SdkException cause) {
    String message = "Cannot " + what + " " + name + " in " + location + ": " + cause.getMessage();
    if (!(cause instanceof S3Exception answer)) {
      return StorageException.passing(message, cause);
    }
    int status = answer.statusCode();
    boolean passing =
        PASSING.contains(status)
            || (status >= OK_BELOW && status != NOT_IMPLEMENTED)
            || (answer.awsErrorDetails() != null
                && PASSING_CODES.contains(answer.awsErrorDetails().errorCode()));
    if (passing) {
      return StorageException.passing(message, cause);
    }
    return StorageException.lasting(
        message
            + (status == NOT_FOUND ? ". Make the bucket first" : "")
            + (status == NOT_IMPLEMENTED ? ". An archive needs conditional writes" : ""),
        cause);
  }

  @Override
  public String toString() {
    return location.toString();
  }

  @Override
  public void close() {
    client.close();
  }
}
