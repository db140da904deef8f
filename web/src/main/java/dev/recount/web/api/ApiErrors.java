package dev.recount.web.api;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.jspecify.annotations.Nullable;

/**
 * What the server refuses by itself, before any of the calls sees it, in the form of their errors:
 * addresses that no server takes, methods that there are none of. Elsewhere it answers as ever.
 */
public final class ApiErrors implements ServerErrorHandler {
  private final ServerErrorHandler elsewhere = ServerErrorHandler.ofDefault();
  private final HttpHeaders headers;

  /**
   * Errors of the interface.
   *
   * @param headers that every answer of it has
   */
  public ApiErrors(HttpHeaders headers) {
    this.headers = headers;
  }

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
    return elsewhere.onServiceException(context, cause);
  }

  @Override
  public @Nullable AggregatedHttpResponse onProtocolViolation(
      ServiceConfig config,
      @Nullable RequestHeaders request,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    return isOfInterface(request)
        ? error(status, description)
        : elsewhere.onProtocolViolation(config, request, status, description, cause);
  }

  @Override
  public @Nullable AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext context,
      ServiceConfig config,
      @Nullable RequestHeaders request,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    return isOfInterface(request)
        ? error(status, description)
        : elsewhere.renderStatus(context, config, request, status, description, cause);
  }

  /** Where an address cannot be read it is not known what was meant: programs send such things. */
  private static boolean isOfInterface(@Nullable RequestHeaders request) {
    return request == null || request.path().startsWith(ApiService.PREFIX);
  }

  private AggregatedHttpResponse error(HttpStatus status, @Nullable String description) {
    byte[] body = ApiService.error(description == null ? status.reasonPhrase() : description, null);
    return AggregatedHttpResponse.of(
        ResponseHeaders.builder(status).add(headers).contentType(ApiService.ERROR_TYPE).build(),
        HttpData.wrap(body));
  }
}
