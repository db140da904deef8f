package dev.recount.connectors.otlp;

import com.google.rpc.Code;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.recount.connectors.http.Bodies;
import dev.recount.connectors.http.BodyException;
import dev.recount.connectors.http.MemoryBudget;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** OTLP over HTTP for one signal. */
final class OtlpHttpService implements HttpService {
  private final Signal signal;
  private final Reception reception;
  private final int maximumBodyBytes;

  OtlpHttpService(Signal signal, Reception reception, int maximumBodyBytes) {
    this.signal = signal;
    this.reception = reception;
    this.maximumBodyBytes = maximumBodyBytes;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    if (request.method() != HttpMethod.POST) {
      return HttpResponse.of(
          ResponseHeaders.builder(HttpStatus.METHOD_NOT_ALLOWED)
              .add(HttpHeaderNames.ALLOW, HttpMethod.POST.name())
              .contentType(MediaType.PLAIN_TEXT_UTF_8)
              .build(),
          HttpData.ofUtf8("OTLP requests are sent by POST"));
    }
    @Nullable MediaType contentType = request.contentType();
    Optional<Encoding> encoding = contentType == null ? Optional.empty() : Encoding.of(contentType);
    if (encoding.isEmpty()) {
      reception.refuse(signal, BodyException.unsupported("media type"));
      return HttpResponse.of(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          MediaType.PLAIN_TEXT_UTF_8,
          "Content-Type is "
              + (contentType == null ? "missing" : contentType)
              + ": use application/x-protobuf or application/json");
    }
    return HttpResponse.of(take(context, request, encoding.get()));
  }

  private CompletableFuture<HttpResponse> take(
      ServiceRequestContext context, HttpRequest request, Encoding encoding) {
    MemoryBudget.Lease lease;
    try {
      lease = reception.budget().lease();
    } catch (BodyException overloaded) {
      return CompletableFuture.completedFuture(
          refusal(encoding, reception.refuse(signal, overloaded)));
    }
    return Bodies.collect(request, maximumBodyBytes, lease)
        .thenApplyAsync(
            body -> Bodies.decode(request, body, maximumBodyBytes, lease),
            context.blockingTaskExecutor())
        .thenCompose(body -> reception.take(signal, encoding, body))
        .handle(
            (admission, failure) ->
                failure == null
                    ? HttpResponse.of(
                        HttpStatus.OK,
                        encoding.mediaType(),
                        HttpData.wrap(encoding.success(signal, admission)))
                    : refusal(encoding, reception.refuse(signal, failure)))
        .whenComplete((response, failure) -> lease.close());
  }

  /** What a request without a token is answered, in its own encoding where it names one. */
  static HttpResponse unauthenticated(HttpRequest request, Reception reception) {
    Refusal refusal = reception.refuseUnauthenticated();
    @Nullable MediaType contentType = request.contentType();
    Optional<Encoding> encoding = contentType == null ? Optional.empty() : Encoding.of(contentType);
    return refusal(encoding.orElse(Encoding.JSON), refusal);
  }

  private static HttpResponse refusal(Encoding encoding, Refusal refusal) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(refusal.httpStatus()).contentType(encoding.mediaType());
    if (refusal.retrySeconds() > 0) {
      headers.addInt(HttpHeaderNames.RETRY_AFTER, refusal.retrySeconds());
    }
    if (refusal.httpStatus().equals(HttpStatus.UNAUTHORIZED)) {
      headers.add(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"recount\"");
    }
    Code code = refusal.code();
    return HttpResponse.of(
        headers.build(),
        HttpData.wrap(encoding.failure(code, refusal.message(), refusal.retrySeconds())));
  }
}
