package dev.recount.web;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.recount.web.api.ApiService;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a browser asks for on behalf of another site. Without a token, being reachable from
 * this machine is all that a page of somebody else's would need: asking straight away, or by a name
 * of its own that it has pointed here.
 */
public final class SameSite implements DecoratingHttpServiceFunction {
  private static final String SITE = "sec-fetch-site";
  private static final Set<String> OTHERS = Set.of("cross-site", "same-site");

  /** An address, or a name without a dot: nobody else can point that here. */
  private static final Pattern OWN_NAME =
      Pattern.compile("(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+]|[^.:\\[\\]]+)(:\\d+)?");

  private final boolean anyName;
  private final boolean browsersOnly;

  private SameSite(boolean anyName, boolean browsersOnly) {
    this.anyName = anyName;
    this.browsersOnly = browsersOnly;
  }

  /**
   * Looks at every request.
   *
   * @param anyName whether it may be asked by any name, as when a token is asked for
   */
  static SameSite ofAll(boolean anyName) {
    return new SameSite(anyName, false);
  }

  /**
   * Looks at what browsers send, who say where it comes from: programs may write to the server by
   * any name.
   *
   * @param anyName whether browsers may too
   */
  public static SameSite ofBrowsers(boolean anyName) {
    return new SameSite(anyName, true);
  }

  @Override
  public HttpResponse serve(HttpService service, ServiceRequestContext context, HttpRequest request)
      throws Exception {
    if (browsersOnly
        && !request.headers().contains(HttpHeaderNames.ORIGIN)
        && !request.headers().contains(SITE)) {
      return service.serve(context, request);
    }
    @Nullable String site = request.headers().get(SITE);
    if (site != null && OTHERS.contains(site)) {
      return ApiService.failure(HttpStatus.FORBIDDEN, "Asked for by another site.", null);
    }
    @Nullable String authority = request.authority();
    if (!anyName && (authority == null || !OWN_NAME.matcher(authority).matches())) {
      return ApiService.failure(
          HttpStatus.FORBIDDEN,
          "Without tokens the page answers to an address or to localhost only; set --tokens-file to"
              + " use a name.",
          null);
    }
    return service.serve(context, request);
  }
}
