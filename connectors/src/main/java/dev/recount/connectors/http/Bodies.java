package dev.recount.connectors.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Reads request bodies. Nothing is ever held or inflated beyond the limit. */
public final class Bodies {
  private static final int CHUNK_BYTES = 32 << 10;

  private Bodies() {}

  /**
   * Collects the body as it was sent.
   *
   * @param maximumBytes limit of what is sent
   * @param lease charged with what is held
   * @return the bytes, or exceptionally a {@link BodyException} or what broke the connection
   */
  public static CompletableFuture<byte[]> collect(
      HttpRequest request, int maximumBytes, MemoryBudget.Lease lease) {
    Collector collector = new Collector(maximumBytes, lease);
    if (request.headers().contentLength() > maximumBytes) {
      // Told in advance: nothing needs to be read to know.
      collector.collected.completeExceptionally(
          BodyException.tooLarge("The request body", maximumBytes));
      return collector.collected;
    }
    request.subscribe(collector);
    return collector.collected;
  }

  /**
   * Undoes the content encoding that the headers name.
   *
   * @param maximumBytes limit of what comes out
   * @param lease charged with what comes out
   * @throws BodyException 415 for an encoding other than gzip, 413 over the limit, 400 when the
   *     bytes are not gzip
   */
  public static byte[] decode(
      HttpRequest request, byte[] body, int maximumBytes, MemoryBudget.Lease lease) {
    String encoding =
        request
            .headers()
            .get(HttpHeaderNames.CONTENT_ENCODING, "identity")
            .strip()
            .toLowerCase(Locale.ROOT);
    return switch (encoding) {
      case "identity", "" -> body;
      case "gzip", "x-gzip" -> inflate(body, maximumBytes, lease);
      default ->
          throw BodyException.unsupported(
              "Content-Encoding " + encoding + " is not supported: use gzip or identity");
    };
  }

  static byte[] inflate(byte[] compressed, int maximumBytes, MemoryBudget.Lease lease) {
    try (GZIPInputStream gzip =
        new GZIPInputStream(new ByteArrayInputStream(compressed), CHUNK_BYTES)) {
      ByteArrayOutputStream inflated = new ByteArrayOutputStream(CHUNK_BYTES);
      byte[] chunk = new byte[CHUNK_BYTES];
      int read = gzip.read(chunk);
      while (read >= 0) {
        if (inflated.size() + (long) read > maximumBytes) {
          throw BodyException.tooLarge("The inflated request body", maximumBytes);
        }
        lease.reserve(read);
        inflated.write(chunk, 0, read);
        read = gzip.read(chunk);
      }
      return inflated.toByteArray();
    } catch (IOException malformed) {
      throw BodyException.malformed("The request body is not gzip: " + malformed.getMessage());
    }
  }

  private static final class Collector implements Subscriber<HttpObject> {
    final CompletableFuture<byte[]> collected = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int maximumBytes;
    private final MemoryBudget.Lease lease;
    private @Nullable Subscription subscription;

    Collector(int maximumBytes, MemoryBudget.Lease lease) {
      this.maximumBytes = maximumBytes;
      this.lease = lease;
    }

    @Override
    public void onSubscribe(Subscription started) {
      subscription = started;
      started.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(HttpObject part) {
      if (!(part instanceof HttpData data) || collected.isDone()) {
        return;
      }
      try {
        if (bytes.size() + (long) data.length() > maximumBytes) {
          throw BodyException.tooLarge("The request body", maximumBytes);
        }
        lease.reserve(data.length());
        bytes.writeBytes(data.array());
      } catch (BodyException refused) {
        collected.completeExceptionally(refused);
        if (subscription != null) {
          subscription.cancel();
        }
      }
    }

    @Override
    public void onError(Throwable broken) {
      collected.completeExceptionally(broken);
    }

    @Override
    public void onComplete() {
      collected.complete(bytes.toByteArray());
    }
  }
}
