package dev.recount.local.clickhouse;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Connections: a fresh one for each request, or one that requests of the same session share in turn
 * and that keeps its settings and temporary tables until it has been idle for the session's
 * timeout.
 */
final class Sessions implements AutoCloseable {
  private static final long DEFAULT_TIMEOUT_SECONDS = 60;
  private static final long MAX_TIMEOUT_SECONDS = 3600;
  private static final long NANOS = 1_000_000_000;

  /** Opens a connection. */
  @FunctionalInterface
  interface Opener {
    ChdbConnection open() throws ChdbException;
  }

  private final Opener opener;
  private final LongSupplier nanoClock;
  private final Map<String, Session> sessions = new HashMap<>();

  Sessions(ChdbLibrary library, Path dataFolder) {
    this(() -> ChdbConnection.open(library, dataFolder), System::nanoTime);
  }

  Sessions(Opener opener, LongSupplier nanoClock) {
    this.opener = opener;
    this.nanoClock = nanoClock;
  }

  /**
   * The connection for a request. The caller closes the lease.
   *
   * @throws ChdbException if the session is at work on another request, or is required to exist and
   *     does not
   */
  Lease lease(QueryRequest request) throws ChdbException {
    String id = request.value("session_id").orElse(null);
    if (id == null) {
      ChdbConnection connection = opener.open();
      return new Lease(connection, null, connection::close);
    }
    Session session = acquire(id, request.flag("session_check"), timeoutSeconds(request));
    boolean last = request.flag("close_session");
    return new Lease(session.connection, id, () -> release(id, session, last));
  }

  @Override
  public synchronized void close() {
    for (Session session : sessions.values()) {
      if (!session.busy) {
        session.connection.close();
      }
    }
    sessions.clear();
  }

  private synchronized Session acquire(String id, boolean mustExist, long timeoutSeconds)
      throws ChdbException {
    closeIdle();
    Session session = sessions.get(id);
    if (session == null) {
      if (mustExist) {
        throw ChdbException.of(
            ErrorStatus.SESSION_NOT_FOUND, "SESSION_NOT_FOUND", "Session " + id + " not found");
      }
      session = new Session(opener.open());
      sessions.put(id, session);
    } else if (session.busy) {
      throw ChdbException.of(
          ErrorStatus.SESSION_IS_LOCKED,
          "SESSION_IS_LOCKED",
          "Session " + id + " is locked by a concurrent client");
    }
    session.busy = true;
    session.timeoutNanos = timeoutSeconds * NANOS;
    return session;
  }

  private synchronized void release(String id, Session session, boolean last) {
    session.busy = false;
    session.idleSince = nanoClock.getAsLong();
    if (last || sessions.get(id) != session) {
      sessions.remove(id, session);
      session.connection.close();
    }
  }

  private void closeIdle() {
    long now = nanoClock.getAsLong();
    Iterator<Session> all = sessions.values().iterator();
    while (all.hasNext()) {
      Session session = all.next();
      if (!session.busy && now - session.idleSince > session.timeoutNanos) {
        all.remove();
        session.connection.close();
      }
    }
  }

  private static long timeoutSeconds(QueryRequest request) throws ChdbException {
    String text = request.value("session_timeout").orElse(null);
    if (text == null) {
      return DEFAULT_TIMEOUT_SECONDS;
    }
    try {
      return Math.max(1, Math.min(MAX_TIMEOUT_SECONDS, Long.parseLong(text)));
    } catch (NumberFormatException e) {
      throw ChdbException.of(
          ErrorStatus.BAD_REQUEST_PARAMETER,
          "BAD_REQUEST_PARAMETER",
          "session_timeout is not a number: " + text);
    }
  }

  private static final class Session {
    final ChdbConnection connection;
    boolean busy;
    long idleSince;
    long timeoutNanos;

    Session(ChdbConnection connection) {
      this.connection = connection;
    }
  }

  /**
   * A connection for the time of one request.
   *
   * @param session the session it belongs to, or null
   */
  record Lease(ChdbConnection connection, @Nullable String session, Runnable onClose)
      implements AutoCloseable {
    @Override
    public void close() {
      onClose.run();
    }
  }
}
