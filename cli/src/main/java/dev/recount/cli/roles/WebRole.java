package dev.recount.cli.roles;

import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import dev.recount.cli.bisect.PageRegressions;
import dev.recount.cli.context.ArchivedWindows;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.web.ClickHouseTables;
import dev.recount.connectors.http.Protection;
import dev.recount.schemas.content.ContentStore;
import dev.recount.sinks.archive.storage.StorageLocation;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.web.PipelineStatus;
import dev.recount.web.WebSite;
import dev.recount.web.api.ApiService;
import java.util.Optional;

/** Shows the page. */
final class WebRole implements Role {
  private final ClickHouseTables tables;
  private final ArchivedWindows windows;
  private final WebSite site;

  private WebRole(ClickHouseTables tables, ArchivedWindows windows, WebSite site) {
    this.tables = tables;
    this.windows = windows;
    this.site = site;
  }

  /**
   * Opens what the page shows.
   *
   * @param archive where it is; empty where none is kept
   * @param content keeps large content that the archive only refers to
   */
  static WebRole open(
      ClickHouseTarget target,
      Optional<StorageLocation> archive,
      ContentStore content,
      PipelineStatus pipeline) {
    ClickHouse clickHouse = ClickHouse.connect(target);
    ClickHouseTables tables = new ClickHouseTables(clickHouse);
    ArchivedWindows windows =
        ArchivedWindows.open(archive, () -> ClickHouse.connect(target), content);
    return new WebRole(
        tables, windows, new WebSite(tables, windows, new PageRegressions(clickHouse), pipeline));
  }

  /** Puts the page onto a server, what it shows behind a protection. */
  void mount(ServerBuilder server, Protection protection) {
    site.mount(server, service -> guard(service, protection), protection.tokens().isPresent());
  }

  private static HttpService guard(HttpService service, Protection protection) {
    HttpService guarded =
        protection.guard(
            service,
            request ->
                ApiService.failure(
                    HttpStatus.UNAUTHORIZED, "A token is needed to look at this.", null));
    if (!protection.encrypted()) {
      return guarded;
    }
    return guarded.decorate(
        (inner, context, request) ->
            context.sessionProtocol().isTls()
                ? inner.serve(context, request)
                : ApiService.failure(HttpStatus.FORBIDDEN, "Use https:// at this port.", null));
  }

  @Override
  public String name() {
    return "web";
  }

  @Override
  public Health health() {
    return Health.ready("page on the port that this comes from");
  }

  @Override
  public void close() {
    windows.close();
    tables.close();
  }
}
