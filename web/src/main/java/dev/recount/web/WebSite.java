package dev.recount.web;

import com.linecorp.armeria.common.CommonPools;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerListener;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.encoding.EncodingService;
import com.linecorp.armeria.server.file.FileService;
import dev.recount.web.api.ApiErrors;
import dev.recount.web.api.ApiService;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The page and the interface behind it, to be put onto a server. */
public final class WebSite {
  /** Built by npm, and packed beside the classes. */
  private static final String PAGE = "dev/recount/web/page";

  /** What the page is asked for as; the page itself finds out which view is meant. */
  private static final List<String> VIEWS = List.of("/", "/trace/{id}", "/compare", "/now");

  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

  /**
   * Scripts, styles and answers come from here and nowhere else, and no text becomes a script or
   * markup: traces carry text from anyone.
   */
  private static final HttpHeaders PAGE_HEADERS =
      HttpHeaders.builder()
          .add(
              HttpHeaderNames.CONTENT_SECURITY_POLICY,
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                  + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                  + " frame-ancestors 'none'; require-trusted-types-for 'script';"
                  + " trusted-types 'none'")
          .add("cross-origin-opener-policy", "same-origin")
          .add("permissions-policy", "camera=(), geolocation=(), microphone=()")
          .build();

  private static final HttpHeaders HEADERS =
      HttpHeaders.builder()
          .add(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
          .add(HttpHeaderNames.X_FRAME_OPTIONS, "DENY")
          .add(HttpHeaderNames.REFERRER_POLICY, "no-referrer")
          .add("cross-origin-resource-policy", "same-origin")
          .build();

  private static final HttpHeaders ANSWER_HEADERS =
      HttpHeaders.builder()
          .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
          .add(HttpHeaderNames.CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
          .build();

  /** Without a charset, as answers have it: the types that are compressed by default name one. */
  private static final Function<? super HttpService, EncodingService> COMPRESSED =
      EncodingService.builder()
          .encodableContentTypes(MediaType.JSON, MediaType.ANY_TEXT_TYPE)
          .newDecorator();

  private final Tables tables;
  private final Windows windows;
  private final Regressions regressions;
  private final PipelineStatus pipeline;
  private final WarmUp warmUp;

  /** A site that shows these. */
  public WebSite(Tables tables, Windows windows, Regressions regressions, PipelineStatus pipeline) {
    this.tables = tables;
    this.windows = windows;
    this.regressions = regressions;
    this.pipeline = pipeline;
    this.warmUp = new WarmUp(tables);
  }

  /**
   * Puts the site onto a server. The page itself holds nothing of anyone's and is for everyone;
   * what it shows is behind the guard.
   *
   * @param guard lets only those through who may read
   * @param guarded whether it asks for anything
   */
  public void mount(ServerBuilder server, UnaryOperator<HttpService> guard, boolean guarded) {
    SameSite sameSite = SameSite.ofAll(guarded);
    UnaryOperator<HttpService> protect =
        call ->
            guard
                .apply(call.decorate(sameSite))
                .decorate(COMPRESSED)
                .decorate(
                    (service, context, request) -> {
                      context.mutateAdditionalResponseHeaders(headers -> headers.add(HEADERS));
                      context.mutateAdditionalResponseHeaders(
                          headers -> headers.add(ANSWER_HEADERS));
                      return service.serve(context, request);
                    });
    ApiService.each(
        tables,
        windows,
        regressions,
        pipeline,
        (path, call) -> server.service(path, protect.apply(call)));
    HttpService notThere = protect.apply((context, request) -> ApiService.notThere());
    server.service(ApiService.PREFIX, notThere).serviceUnder(ApiService.PREFIX, notThere);
    server.errorHandler(new ApiErrors(HEADERS.toBuilder().add(ANSWER_HEADERS).build()));
    byte @Nullable [] index = index();
    HttpService page =
        (context, request) -> {
          context.mutateAdditionalResponseHeaders(headers -> headers.add(HEADERS));
          context.mutateAdditionalResponseHeaders(headers -> headers.add(PAGE_HEADERS));
          return index == null
              ? notBuilt()
              : page(index, guarded ? Optional.empty() : wantedFirst(context));
        };
    VIEWS.forEach(view -> server.service(view, page));
    server.serviceUnder(
        "/assets",
        FileService.builder(WebSite.class.getClassLoader(), PAGE + "/assets")
            .serveCompressedFiles(true)
            .addHeaders(HEADERS)
            // Their names change with what is in them.
            .addHeader(HttpHeaderNames.CACHE_CONTROL, "public, max-age=31536000, immutable")
            .build());
    server.serverListener(
        ServerListener.builder()
            .whenStarted(
                started ->
                    CompletableFuture.runAsync(
                        () -> warmUp.run(started), CommonPools.blockingTaskExecutor()))
            .build());
  }

  /**
   * The answer that a view waits for, as a browser may ask for it before it has read the script.
   * Only where no token has to be shown, which a browser could not know of.
   */
  private static Optional<String> wantedFirst(ServiceRequestContext context) {
    @Nullable String traceId = context.pathParam("id");
    if (traceId != null) {
      return TRACE_ID.matcher(traceId).matches()
          ? Optional.of(ApiService.PREFIX + "/traces/" + traceId)
          : Optional.empty();
    }
    return context.path().equals("/") && context.query() == null
        ? Optional.of(ApiService.PREFIX + "/traces")
        : Optional.empty();
  }

  private static HttpResponse page(byte[] index, Optional<String> wantedFirst) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.HTML_UTF_8)
            .add(HttpHeaderNames.CACHE_CONTROL, "no-cache");
    wantedFirst.ifPresent(
        path ->
            headers.add(
                HttpHeaderNames.LINK, "<" + path + ">; rel=preload; as=fetch; crossorigin"));
    return HttpResponse.of(headers.build(), HttpData.wrap(index));
  }

  private static HttpResponse notBuilt() {
    return HttpResponse.of(
        HttpStatus.NOT_FOUND,
        MediaType.PLAIN_TEXT_UTF_8,
        "This build of Recount has no page: it was built without npm. The interface behind it is at "
            + ApiService.PREFIX
            + "/openapi.json\n");
  }

  private static byte @Nullable [] index() {
    try (InputStream in =
        WebSite.class.getClassLoader().getResourceAsStream(PAGE + "/index.html")) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
