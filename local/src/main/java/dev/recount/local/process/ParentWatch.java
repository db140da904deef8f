package dev.recount.local.process;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Ties the life of a child JVM to its parent: when the parent closes the child's standard input, or
 * dies in whatever way, the child exits.
 *
 * <p>Runs as the main class in front of a program that knows nothing of it: {@code java -cp ...
 * ParentWatch other.program.Main arguments...}. It uses the JDK only and has no nested classes, so
 * that this one class file can be put on the class path of a program we do not control.
 *
 * <p>Ctrl-C in a terminal signals the whole process group. The children ignore it, so that the
 * parent can stop them in the right order, after what still writes to them.
 */
public final class ParentWatch {
  /** How long an orderly exit may take before the process is ended regardless, in milliseconds. */
  private static final long EXIT_DEADLINE_MILLIS = 10_000;

  private ParentWatch() {}

  /**
   * Starts the watch, then the program.
   *
   * @param arguments the program's main class, then its own arguments
   * @throws Exception if the program cannot be started or throws
   */
  public static void main(String[] arguments) throws Exception {
    exitWithParent();
    Class<?> program = Class.forName(arguments[0]);
    Object programArguments = Arrays.copyOfRange(arguments, 1, arguments.length);
    program.getMethod("main", String[].class).invoke(null, programArguments);
  }

  /** Watches standard input from a daemon thread, and exits this JVM when it ends. */
  public static void exitWithParent() {
    ignoreTerminalSignals();
    Thread watch = new Thread(() -> awaitParentEnd(System.in), "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private static void awaitParentEnd(InputStream fromParent) {
    try {
      while (fromParent.read() >= 0) {
        // The program may have installed handlers of its own since: the parent writes a byte once
        // it is ready.
        ignoreTerminalSignals();
      }
    } catch (IOException e) {
      // The same as its end: nobody is there any more.
    }
    Thread deadline = new Thread(ParentWatch::haltAfterDeadline, "parent-watch-deadline");
    deadline.setDaemon(true);
    deadline.start();
    System.exit(0);
  }

  private static void haltAfterDeadline() {
    try {
      Thread.sleep(EXIT_DEADLINE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(1);
  }

  private static void ignoreTerminalSignals() {
    ignoreSignal("INT");
    ignoreSignal("HUP");
  }

  /** By reflection, because the compiler warns of every direct mention of sun.misc.Signal. */
  private static void ignoreSignal(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ignore = handler.getField("SIG_IGN").get(null);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), ignore);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      if (e instanceof InvocationTargetException && e.getCause() instanceof Error) {
        throw (Error) e.getCause();
      }
      // A platform without that signal: nothing to ignore.
    }
  }
}
