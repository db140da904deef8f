package dev.recount.cli.faults;

import dev.recount.cli.secured.RoleProcess;
import dev.recount.local.process.Ports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Processes that are killed, held, or come and go. */
final class ProcessFaults {
  private static final Duration LONGER_THAN_A_SESSION = Duration.ofSeconds(4);
  private static final int LATE_SCHEMA = 876_543;

  private final FaultStack stack;
  private final Map<Poison.Place, Poison> poisons;

  /**
   * Those of a stack.
   *
   * @param poisons takes what no stage can read
   */
  ProcessFaults(FaultStack stack, Map<Poison.Place, Poison> poisons) {
    this.stack = stack;
    this.poisons = poisons;
  }

  List<Fault> all() {
    return List.of(
        new Fault("topology killed", this::killTopology),
        new Fault("topology held past its session", this::holdTopology),
        new Fault("instances come and go", this::stormInstances),
        new Fault("receiver killed", this::killReceiver),
        new Fault("sinks killed between insert and commit", this::killSinks),
        new Fault("ClickHouse killed", this::killClickHouse),
        new Fault("registry killed", this::killRegistry),
        new Fault("broker restarted", () -> restartBroker(stack.broker()::stop)),
        new Fault("broker killed", () -> restartBroker(stack.broker()::kill)));
  }

  private void killTopology() {
    stack.topology().kill();
    stack.startTopologyAgain();
  }

  /** What it had not acknowledged is sent again. */
  private void killReceiver() {
    stack.receiver().kill();
    stack.startReceiverAgain();
  }

  /** It goes on in the middle of a transaction that has been ended for it. */
  private void holdTopology() {
    Signals.hold(stack.topology().processId());
    pass(LONGER_THAN_A_SESSION);
    Signals.goOn(stack.topology().processId());
  }

  static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  /** Each joins the group, takes over some of the work, and leaves or is killed in its midst. */
  private void stormInstances() {
    for (int round = 0; round < FaultSize.STORMS; round++) {
      int leavingPort = Ports.findFree();
      int killedPort = Ports.findFree();
      RoleProcess leaving = stack.newTopology("leaving", leavingPort);
      RoleProcess killed = stack.newTopology("killed", killedPort);
      Patience.await(
          "two more instances have their share",
          () ->
              RoleAnswer.of(leavingPort, "/health").isOk()
                  && RoleAnswer.of(killedPort, "/health").isOk());
      killed.kill();
      leaving.close();
    }
  }

  private void killSinks() {
    stack.proxy().behave(new FaultyProxy.CutOff());
    Patience.await("an insert", () -> stack.proxy().cutOffInserts() > 0);
    stack.sinks().kill();
    stack.proxy().behave(new FaultyProxy.Pass());
    stack.startSinksAgain();
  }

  private void killClickHouse() {
    stack.clickHouseProcess().kill();
    stack.startClickHouseAgain();
  }

  /** What names a schema that nobody knows yet must wait for the registry, not be put aside. */
  private void killRegistry() {
    stack.killRegistry();
    poisons.putAll(
        Poison.send(
            stack.connection(),
            List.of(Poison.unknownSchema(stack.connection().topics().feedback(), LATE_SCHEMA))));
    Patience.await("the topology says so", () -> !stack.topologyHealth().isOk());
    stack.startRegistryAgain();
  }

  private void restartBroker(Runnable end) {
    end.run();
    stack.broker().startAgain();
  }
}
