package dev.recount.connectors.feedback;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import dev.recount.avro.FeedbackEvent;
import dev.recount.connectors.http.Bodies;
import dev.recount.connectors.http.BodyException;
import dev.recount.connectors.http.MemoryBudget;
import dev.recount.connectors.http.Protection;
import dev.recount.connectors.kafka.SendException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP endpoint for feedback: {@code POST} of what {@link FeedbackParser} reads, gzip allowed.
 *
 * <p>Answers 200 with {@code {"feedback_ids":[…]}} when Kafka has every event; 400 with {@code
 * {"errors":[{"index":0,"field":"kind","message":"…"}]}} when anything is wrong, and then nothing
 * was taken; 503 with {@code Retry-After} when Kafka cannot take it now. Other errors have the same
 * form as a 400, index -1.
 */
public final class FeedbackService implements HttpService {
  /** Where the service is usually mounted. */
  public static final String PATH = "/v1/feedback";

  /** Largest body, in bytes, as sent and as inflated. */
  public static final int MAXIMUM_BODY_BYTES = 4 << 20;

  private static final long MAXIMUM_BYTES_IN_FLIGHT = 8L * MAXIMUM_BODY_BYTES;
  private static final int RETRY_SECONDS = 2;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Logger log = LoggerFactory.getLogger(FeedbackService.class);

  private final FeedbackParser parser;
  private final FeedbackProducer producer;
  private final MemoryBudget budget = new MemoryBudget(MAXIMUM_BYTES_IN_FLIGHT);

  /** A service to be mounted on a server; the server's own body limit does not reach it. */
  public FeedbackService(FeedbackParser parser, FeedbackProducer producer) {
    this.parser = parser;
    this.producer = producer;
  }

  /**
   * The service behind a protection: 401 without a token where tokens are asked for, and 403 in
   * plain text where there is TLS, before anyone gets used to sending tokens that way.
   */
  public HttpService behind(Protection protection) {
    HttpService guarded =
        protection.guard(
            this,
            request -> {
              ResponseHeaders headers =
                  ResponseHeaders.builder(HttpStatus.UNAUTHORIZED)
                      .contentType(MediaType.JSON)
                      .add(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"recount\"")
                      .build();
              return HttpResponse.of(headers, HttpData.ofUtf8(body(Protection.NO_TOKEN)));
            });
    if (!protection.encrypted()) {
      return guarded;
    }
    return guarded.decorate(
        (service, context, request) ->
            context.sessionProtocol().isTls()
                ? service.serve(context, request)
                : HttpResponse.of(
                    HttpStatus.FORBIDDEN, MediaType.JSON, body("Use https:// at this port")));
  }

  private static String body(String message) {
    return errorBody(List.of(new FeedbackError(-1, null, message)));
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    if (request.method() != HttpMethod.POST) {
      return HttpResponse.of(
          ResponseHeaders.builder(HttpStatus.METHOD_NOT_ALLOWED)
              .add(HttpHeaderNames.ALLOW, HttpMethod.POST.name())
              .contentType(MediaType.JSON)
              .build(),
          HttpData.ofUtf8(body("Feedback is sent here: use POST")));
    }
    @Nullable MediaType type = request.contentType();
    if (type == null || !type.is(MediaType.JSON)) {
      return failure(
          BodyException.unsupported(
              "Content-Type is " + (type == null ? "missing" : type) + ": use application/json"));
    }
    MemoryBudget.Lease lease;
    try {
      lease = budget.lease();
    } catch (BodyException overloaded) {
      return failure(overloaded);
    }
    // The server's general limit may be lower than ours.
    context.setMaxRequestLength(0);
    return HttpResponse.of(
        Bodies.collect(request, MAXIMUM_BODY_BYTES, lease)
            .thenApplyAsync(
                body -> Bodies.decode(request, body, MAXIMUM_BODY_BYTES, lease),
                context.blockingTaskExecutor())
            .thenCompose(this::take)
            .exceptionally(FeedbackService::failure)
            .whenComplete((response, failure) -> lease.close()));
  }

  private CompletableFuture<HttpResponse> take(byte[] body) {
    FeedbackParsing parsing = parser.parse(body);
    if (parsing instanceof FeedbackParsing.Accepted accepted) {
      List<FeedbackEvent> events = accepted.events();
      return producer.send(events).thenApply(acknowledged -> success(events));
    }
    return CompletableFuture.completedFuture(
        errors(HttpStatus.BAD_REQUEST, ((FeedbackParsing.Refused) parsing).errors()));
  }

  private static HttpResponse success(List<FeedbackEvent> events) {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode ids = body.putArray("feedback_ids");
    events.forEach(event -> ids.add(event.getFeedbackId()));
    return HttpResponse.of(HttpStatus.OK, MediaType.JSON, body.toString());
  }

  private static HttpResponse failure(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof BodyException refused) {
      return errors(refused.status(), List.of(new FeedbackError(-1, null, refused.getMessage())));
    }
    if (cause instanceof SendException send) {
      log.warn("Feedback was not taken: {}", send.getMessage());
      return errors(
          send.retryable() ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.REQUEST_ENTITY_TOO_LARGE,
          List.of(new FeedbackError(-1, null, String.valueOf(send.getMessage()))));
    }
    log.warn("Feedback was not taken", cause);
    return errors(
        HttpStatus.SERVICE_UNAVAILABLE, List.of(new FeedbackError(-1, null, "Internal error")));
  }

  private static String errorBody(List<FeedbackError> errors) {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode list = body.putArray("errors");
    for (FeedbackError error : errors) {
      list.addObject()
          .put("index", error.index())
          .put("field", error.field())
          .put("message", error.message());
    }
    return body.toString();
  }

  private static HttpResponse errors(HttpStatus status, List<FeedbackError> errors) {
    ResponseHeadersBuilder headers = ResponseHeaders.builder(status).contentType(MediaType.JSON);
    if (status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
      headers.addInt(HttpHeaderNames.RETRY_AFTER, RETRY_SECONDS);
    }
    return HttpResponse.of(headers.build(), HttpData.ofUtf8(errorBody(errors)));
  }
}
