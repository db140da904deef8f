package dev.recount.web.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.recount.web.NotFound;
import dev.recount.web.PipelineStatus;
import dev.recount.web.Regressions;
import dev.recount.web.Tables;
import dev.recount.web.Unavailable;
import dev.recount.web.Windows;
import dev.recount.web.query.BadParameter;
import dev.recount.web.query.Parameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one of the {@link ApiCalls} over HTTP. */
public final class ApiService implements HttpService {
  /** Where the calls are. */
  public static final String PREFIX = "/api/v1";

  static final MediaType ERROR_TYPE = MediaType.JSON;

  /**
   * Parameters that are encoded once more: telemetry may hold control characters, and the server
   * refuses them in an address.
   */
  private static final String ENCODED = "encoded";

  /** Longer than ClickHouse is given, so that its refusal arrives. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Logger log = LoggerFactory.getLogger(ApiService.class);

  private final ApiCall call;

  private ApiService(ApiCall call) {
    this.call = call;
  }

  /** Every call, and the description of all of them, each with its path. */
  public static void each(
      Tables tables,
      Windows windows,
      Regressions regressions,
      PipelineStatus pipeline,
      BiConsumer<String, HttpService> mount) {
    List<ApiCall> calls = ApiCalls.of(tables, windows, regressions, pipeline);
    calls.forEach(call -> mount.accept(PREFIX + call.path(), new ApiService(call)));
    byte[] description = bytes(ApiDescription.of(calls));
    mount.accept(
        PREFIX + "/openapi.json",
        (context, request) ->
            isReading(request)
                ? HttpResponse.of(HttpStatus.OK, MediaType.JSON, HttpData.wrap(description))
                : notAllowed());
  }

  /** Answers where there is no call. */
  public static HttpResponse notThere() {
    return failure(
        HttpStatus.NOT_FOUND,
        "There is no such call. " + PREFIX + "/openapi.json tells which there are.",
        null);
  }

  private static boolean isReading(HttpRequest request) {
    return request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
  }

  private static HttpResponse notAllowed() {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.METHOD_NOT_ALLOWED)
            .add(HttpHeaderNames.ALLOW, HttpMethod.GET.name())
            .contentType(ERROR_TYPE)
            .build(),
        HttpData.wrap(error("This can be read only: use GET.", null)));
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    if (!isReading(request)) {
      return notAllowed();
    }
    context.setRequestTimeout(PATIENCE);
    Map<String, List<String>> values = new HashMap<>();
    context.queryParams().forEach((name, value) -> add(values, name, value));
    List<String> encoded = values.getOrDefault(ENCODED, List.of());
    values.remove(ENCODED);
    encoded.forEach(
        text ->
            QueryParams.fromQueryString(text).forEach((name, value) -> add(values, name, value)));
    // What the path says wins over what stands behind the question mark.
    context.pathParams().forEach((name, value) -> values.put(name, List.of(value)));
    return HttpResponse.of(() -> answer(new Parameters(values)), context.blockingTaskExecutor());
  }

  private static void add(Map<String, List<String>> values, String name, String value) {
    values.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
  }

  private HttpResponse answer(Parameters parameters) {
    try {
      ApiCall.Answer answer = call.handler().answer(parameters);
      if (answer instanceof ApiCall.Answer.Json json) {
        return HttpResponse.of(HttpStatus.OK, MediaType.JSON, HttpData.wrap(bytes(json.body())));
      }
      ApiCall.Answer.Text text = (ApiCall.Answer.Text) answer;
      ResponseHeaders headers =
          ResponseHeaders.builder(HttpStatus.OK)
              .contentType(MediaType.PLAIN_TEXT_UTF_8)
              .add(
                  HttpHeaderNames.CONTENT_DISPOSITION,
                  "attachment; filename=\"" + text.fileName() + "\"")
              .build();
      return HttpResponse.of(headers, HttpData.ofUtf8(text.body()));
    } catch (BadParameter wrong) {
      return failure(HttpStatus.BAD_REQUEST, message(wrong), wrong.name());
    } catch (NotFound absent) {
      return failure(HttpStatus.NOT_FOUND, message(absent), null);
    } catch (Unavailable away) {
      log.warn("{}: {}", call.path(), away.getMessage());
      return failure(HttpStatus.SERVICE_UNAVAILABLE, message(away), null);
    } catch (RuntimeException failed) {
      log.error("{} failed", call.path(), failed);
      return failure(
          HttpStatus.INTERNAL_SERVER_ERROR, "This went wrong; the log of Recount says more.", null);
    }
  }

  private static String message(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }

  /** An error in JSON, as this interface tells them. */
  public static HttpResponse failure(
      HttpStatus status, String message, @Nullable String parameter) {
    return HttpResponse.of(status, ERROR_TYPE, HttpData.wrap(error(message, parameter)));
  }

  /** What an error says. */
  static byte[] error(String message, @Nullable String parameter) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("message", message);
    if (parameter != null) {
      body.put("parameter", parameter);
    }
    return bytes(body);
  }

  private static byte[] bytes(JsonNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
