package dev.recount.cli.faults;

import dev.recount.cli.oracle.OracleStack;
import dev.recount.local.kafka.EmbeddedKafka;
import dev.recount.local.kafka.KafkaExits;
import dev.recount.local.process.ParentWatch;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A Kafka broker as a program of its own, which can be killed. */
final class BrokerMain {
  static final String READY = "broker ready";

  private static final long LOOK_NANOS = 100_000_000;

  private BrokerMain() {}

  /** Runs a broker on a folder and a port until its standard input ends or it gives up. */
  public static void main(String[] arguments) {
    EmbeddedKafka kafka =
        EmbeddedKafka.start(
            Path.of(arguments[0]), Integer.parseInt(arguments[1]), OracleStack.BROKER);
    Runtime.getRuntime().addShutdownHook(new Thread(kafka::stop));
    ParentWatch.exitWithParent();
    System.out.println(READY);
    while (KafkaExits.fault().isEmpty()) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    // As Kafka's own start script would: the process is gone, whoever supervises it starts it anew.
    System.out.println("The broker gives up: " + KafkaExits.fault().orElseThrow());
    Runtime.getRuntime().halt(1);
  }
}
