package dev.recount.local.kafka;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.utils.Exit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps Kafka from ending this JVM. A broker or a Connect worker that meets a fatal fault calls
 * exit or halt, which is right for a process of its own and wrong inside ours: here the fault is
 * remembered, and the calling thread ends.
 */
public final class KafkaExits {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaExits.class);
  private static final AtomicReference<@Nullable String> FAULT = new AtomicReference<>();

  private KafkaExits() {}

  /** Installs the guard for the whole JVM. Repeating it is harmless. */
  public static void prevent() {
    Exit.setExitProcedure((status, message) -> refuse("exit", status, message));
    Exit.setHaltProcedure((status, message) -> refuse("halt", status, message));
  }

  /** The first fault for which Kafka wanted to end this JVM; empty while all is well. */
  public static Optional<String> fault() {
    return Optional.ofNullable(FAULT.get());
  }

  private static void refuse(String how, int status, @Nullable String message) {
    String fault =
        "Kafka wanted to "
            + how
            + " with status "
            + status
            + (message == null ? "" : ": " + message);
    FAULT.compareAndSet(null, fault);
    LOG.error("{}", fault);
    throw new IllegalStateException(fault);
  }
}
