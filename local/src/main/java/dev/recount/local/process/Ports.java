package dev.recount.local.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Ports on the loopback interface. */
public final class Ports {
  /**
   * Below the ports that Linux, macOS and Windows give to outgoing connections: any of these may
   * take such a port while a server is away that was listening on it and is to do so again.
   */
  private static final int FIRST = 15_000;

  private static final int AFTER_LAST = 32_000;
  private static final int ATTEMPTS = 50;

  private Ports() {}

  /**
   * A port that was free a moment ago. Another process can take it before the caller does: be ready
   * to try again.
   *
   * @throws UncheckedIOException if the machine has no free port
   */
  public static int findFree() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, AFTER_LAST);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // The next one may be free.
      }
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Checks early that a port can be listened on, so that the user is told before anything has
   * started.
   *
   * @param service who wants the port, as the user knows it
   * @param port the port; 0 means any and always passes
   * @param option the command-line option that chooses another port
   * @throws PortInUseException if another process has it
   * @throws StackException if this user may not listen on it
   */
  public static void requireFree(String service, int port, String option) {
    if (port == 0) {
      return;
    }
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      socket.getLocalPort();
    } catch (IOException e) {
      if (isAddressInUse(e)) {
        throw new PortInUseException(service, port, option, e);
      }
      throw new StackException(
          service
              + " cannot listen on port "
              + port
              + ": "
              + e.getMessage()
              + ". Choose another with "
              + option
              + ".",
          e);
    }
  }

  /** Whether a failure to start comes from a port that is taken. */
  public static boolean isAddressInUse(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (cause instanceof BindException && (message == null || !message.contains("ermission"))) {
        return true;
      }
    }
    return false;
  }
}
