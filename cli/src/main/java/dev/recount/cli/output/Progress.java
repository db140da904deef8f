package dev.recount.cli.output;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Says on standard error how far a command is: a bar that moves where a person watches, one line
 * for each step where a file or a pipe does.
 */
public final class Progress {
  private static final int UPDATE_MILLIS = 150;
  private static final int WIDEST_BAR = 100;

  private final Terminal terminal;
  private final PrintWriter err;
  private final long began = System.nanoTime();

  /** Progress of a command that starts now. */
  public Progress(Terminal terminal, PrintWriter err) {
    this.terminal = terminal;
    this.err = err;
  }

  /** A step begins that cannot say how far it is. */
  public void step(String what) {
    err.println(stamp() + what + " …");
    err.flush();
  }

  /** The same as something to pass on. */
  public Consumer<String> steps() {
    return this::step;
  }

  /**
   * A step begins whose end is known.
   *
   * @param what what is being done
   * @param total when it will be done; 0 or less when there is nothing to do
   */
  public Bar bar(String what, long total) {
    return bar(what, total, ProgressBarBuilder::hideEta);
  }

  /** Likewise, with the rate and the time that is left. */
  public Bar timedBar(String what, long total) {
    return bar(what, total, ProgressBarBuilder::showSpeed);
  }

  private Bar bar(String what, long total, UnaryOperator<ProgressBarBuilder> detail) {
    if (!terminal.errorsAreTerminal()) {
      step(what);
      return new Bar(null);
    }
    return new Bar(
        detail
            .apply(new ProgressBarBuilder())
            .setTaskName(stamp() + what)
            .setInitialMax(Math.max(0, total))
            .setStyle(
                terminal.colours()
                    ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
                    : ProgressBarStyle.UNICODE_BLOCK)
            .setUpdateIntervalMillis(UPDATE_MILLIS)
            .setMaxRenderedLength(Math.min(terminal.columns() - 1, WIDEST_BAR))
            .setConsumer(new ConsoleProgressBarConsumer(System.err))
            .build());
  }

  private String stamp() {
    double seconds = Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0;
    return String.format(Locale.ROOT, "%5.1f s  ", seconds);
  }

  /** Progress of one step. */
  public static final class Bar implements AutoCloseable {
    private final @Nullable ProgressBar bar;

    private Bar(@Nullable ProgressBar bar) {
      this.bar = bar;
    }

    /** So much of the total is done. */
    public void at(long done) {
      if (bar != null) {
        bar.stepTo(done);
      }
    }

    /** So much of a total is done that was not known at the start. */
    public void at(long done, long total) {
      if (bar != null) {
        bar.maxHint(total);
        bar.stepTo(done);
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }
}
