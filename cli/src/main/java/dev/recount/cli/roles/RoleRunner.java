package dev.recount.cli.roles;

import com.linecorp.armeria.server.ServerBuilder;
import dev.recount.cli.ExitCodes;
import dev.recount.cli.UserError;
import dev.recount.cli.options.ServerOptions;
import dev.recount.connectors.http.Protection;
import dev.recount.schemas.Connection;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Runs one role against external servers until it is told to stop. */
final class RoleRunner {
  private static final Duration WATCH_PAUSE = Duration.ofMillis(500);

  private final Connection connection;
  private final ServerOptions server;
  private final Protection protection;
  private final PrintWriter out;

  RoleRunner(Connection connection, ServerOptions server, PrintWriter out) {
    this(connection, server, Protection.none(), out);
  }

  /** Runs a role that takes feedback behind a protection. */
  RoleRunner(Connection connection, ServerOptions server, Protection protection, PrintWriter out) {
    this.connection = connection;
    this.server = server;
    this.protection = protection;
    this.out = out;
  }

  /** Starts the parts of a role. */
  interface Start {
    /**
     * Starts and adds to the roles.
     *
     * @return adds to the HTTP server whatever the role serves there
     */
    Consumer<ServerBuilder> start(Roles roles);
  }

  /**
   * Runs the role.
   *
   * @param start starts it, once Kafka and the registry are prepared
   * @param failure says what has failed for good; asked often
   */
  int run(String name, Start start, Supplier<Optional<String>> failure)
      throws InterruptedException {
    try (StopSignal stop = new StopSignal();
        Roles roles = new Roles()) {
      Preparation.prepare(
          connection, server.partitions(), server.replicationFactor(), Preparation.PATIENCE);
      roles.add(Check.kafka(connection));
      roles.add(Check.registry(connection));
      Consumer<ServerBuilder> services = start.start(roles);
      try (ControlServer control =
          ControlServer.start(
              roles, server.bindAddress(), server.httpPort(), protection, services)) {
        out.println(
            "recount "
                + name
                + ": started; health at http://"
                + server.bindAddress()
                + ":"
                + control.port()
                + "/health");
        out.flush();
        while (!stop.await(WATCH_PAUSE)) {
          Optional<String> failed = failure.get();
          if (failed.isPresent()) {
            throw new UserError("The " + name + " has stopped: " + failed.get(), null);
          }
        }
      }
      out.println("recount " + name + ": stopping");
      out.flush();
    }
    return ExitCodes.DONE;
  }
}
