package dev.recount.local.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A child JVM under {@link ParentWatch}: started, awaited until it says it is ready, and stopped by
 * closing its standard input.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);
  private static final int TAIL_LINES = 20;
  private static final long LOG_LIMIT_CHARACTERS = 10_000_000;
  private static final Duration ORDERLY_STOP = Duration.ofSeconds(12);

  private final String name;
  private final Process process;
  private final Path log;
  private final Deque<String> tail = new ArrayDeque<>();
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private final Thread reader;
  private volatile boolean stopping;

  private ChildProcess(
      String name, Process process, Path log, Function<String, Optional<String>> readiness) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.reader = new Thread(() -> readOutput(readiness), name + "-output");
    this.reader.setDaemon(true);
  }

  /**
   * Starts a child and waits until it is ready.
   *
   * @param name what it is, as the user knows it
   * @param command the program and its arguments
   * @param log where its output goes; replaced if it exists, and cut at 10 million characters
   * @param readiness given each line of output, returns what the child announces when it is ready
   * @param timeout how long it may take to become ready
   * @return the child; {@link #announcement()} tells what it said
   * @throws StackException if it does not become ready, with the end of its output
   */
  public static ChildProcess start(
      String name,
      List<String> command,
      Path log,
      Function<String, Optional<String>> readiness,
      Duration timeout) {
    Process process;
    try {
      Path folder = log.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new StackException(name + " could not be started: " + e.getMessage(), e);
    }
    ChildProcess child = new ChildProcess(name, process, log, readiness);
    child.reader.start();
    try {
      child.awaitReady(timeout);
    } catch (RuntimeException e) {
      child.kill();
      throw e;
    }
    return child;
  }

  /** What the child said when it became ready, for instance its port. */
  public String announcement() {
    return ready.getNow("");
  }

  /** The operating system's ID of the process. */
  public long processId() {
    return process.pid();
  }

  /** Where its output goes. */
  public Path log() {
    return log;
  }

  /** Why the child is gone although nobody stopped it; empty while all is well. */
  public Optional<String> failure() {
    if (stopping || process.isAlive()) {
      return Optional.empty();
    }
    return Optional.of(
        name + " ended unexpectedly with exit code " + process.exitValue() + ". " + lastWords());
  }

  /** Ends the process at once, as a crash would. */
  public void kill() {
    stopping = true;
    process.destroyForcibly();
    awaitEnd(Duration.ofSeconds(10));
  }

  /** Asks the process to end, waits, and ends it by force if it does not. */
  @Override
  public void close() {
    stopping = true;
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("{} was gone before it was asked to end", name, e);
    }
    if (!awaitEnd(ORDERLY_STOP)) {
      LOG.warn("{} did not end within {} s and is ended by force", name, ORDERLY_STOP.toSeconds());
      kill();
    }
  }

  private void awaitReady(Duration timeout) {
    try {
      ready.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    } catch (TimeoutException e) {
      throw new StackException(
          name + " was not ready within " + timeout.toSeconds() + " s. " + lastWords(), e);
    } catch (ExecutionException | IOException e) {
      throw new StackException(name + " ended while starting. " + lastWords(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException(name + " was interrupted while starting", e);
    }
  }

  private String lastWords() {
    synchronized (tail) {
      return "Its log is " + log + " and ends:\n  " + String.join("\n  ", tail);
    }
  }

  private boolean awaitEnd(Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void readOutput(Function<String, Optional<String>> readiness) {
    long written = 0;
    try (BufferedReader output =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        BufferedWriter copy = Files.newBufferedWriter(log)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        remember(line);
        if (written < LOG_LIMIT_CHARACTERS) {
          copy.write(line);
          copy.newLine();
          copy.flush();
          written += line.length() + 1L;
        }
        if (!ready.isDone()) {
          readiness.apply(line).ifPresent(ready::complete);
        }
      }
    } catch (IOException e) {
      LOG.debug("The output of {} can no longer be read", name, e);
    } finally {
      ready.completeExceptionally(new IOException("end of output"));
    }
  }

  private void remember(String line) {
    synchronized (tail) {
      if (tail.size() == TAIL_LINES) {
        tail.removeFirst();
      }
      tail.addLast(line);
    }
  }
}
