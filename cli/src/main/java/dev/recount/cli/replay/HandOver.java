package dev.recount.cli.replay;

import dev.recount.cli.UserError;
import dev.recount.cli.pipeline.PipelineState;
import dev.recount.cli.pipeline.PipelineState.Kept;
import dev.recount.cli.pipeline.Rebuild;
import dev.recount.cli.pipeline.Rebuild.Scope;
import dev.recount.cli.pipeline.Rebuild.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Puts what was derived in the place of what was live. Each step is in the journal before it is
 * taken and can be taken again, so that whatever interrupts it can be finished.
 */
final class HandOver {
  private static final Duration START_PATIENCE = Duration.ofSeconds(60);

  private final ReplayTools tools;
  private final Journal journal;
  private final Leftovers leftovers;
  private final Map<String, String> liveSettings;

  HandOver(
      ReplayTools tools, Journal journal, Leftovers leftovers, Map<String, String> liveSettings) {
    this.tools = tools;
    this.journal = journal;
    this.leftovers = leftovers;
    this.liveSettings = liveSettings;
  }

  /** Has the live application stop and its successor take its place. */
  void begin(Rebuild rebuild, ReplayReport report) {
    boolean differs =
        report.differences() > 0
            || !rebuild.settings().equals(liveSettings)
            || rebuild.rawLog() != null
            || rebuild.replaced().values().stream()
                .anyMatch(replacement -> replacement.replay().equals(rebuild.id()));
    journal.write(journal.state().running(false).with(rebuild.draining(differs)));
    finish();
  }

  /** Does what is left of a hand-over that has begun. */
  void finish() {
    Rebuild rebuild = begun();
    if (rebuild.step() == Step.DRAINING) {
      rebuild = drain(rebuild);
    }
    if (rebuild.step() == Step.EXCHANGING) {
      exchange(rebuild);
      rebuild = rebuild.at(Step.PUBLISHING);
      journal.write(journal.state().with(rebuild));
    }
    if (rebuild.step() == Step.PUBLISHING) {
      publish(rebuild);
      rebuild = rebuild.at(Step.CLEANING);
      journal.write(successor(rebuild));
      tools.reached("started");
      awaitSuccessor(rebuild);
    }
    leftovers.removeReplaced(rebuild);
    journal.write(journal.state().with(null));
    tools.reached("cleaned");
  }

  private Rebuild begun() {
    Rebuild rebuild = journal.rebuild();
    if (rebuild == null) {
      throw new IllegalStateException("No replay has begun");
    }
    return rebuild;
  }

  private Rebuild drain(Rebuild begun) {
    Rebuild rebuild = begun;
    tools.reached("told to stop");
    if (rebuild.bounds().isEmpty()) {
      tools.say("Stopping " + rebuild.replaces());
      awaitStopped(rebuild);
      rebuild = rebuild.stoppedAt(Offsets.toText(tools.processed(rebuild)));
      journal.write(journal.state().with(rebuild));
    }
    tools.reached("stopped");
    try (Shadow shadow = tools.shadow(rebuild)) {
      shadow.derive(Offsets.fromText(rebuild.bounds()), Optional.empty(), Duration.ZERO);
      tools.reached("drained");
      shadow.awaitRows();
    }
    tools.awaitLiveRows();
    // What was kept has state and rows of its own.
    Instant horizon = rebuild.scope() == Scope.BACK ? null : tools.horizon(rebuild);
    if (horizon != null) {
      tools.say("Carrying over what began before " + horizon);
      Horizon.carryOver(tools.statements(), tools.database(), rebuild.database(), horizon);
      tools
          .state()
          .carryOver(rebuild, horizon, journal.state().replaced())
          .ifPresent(why -> tools.say(why + ": feedback that still comes for them finds no trace"));
    }
    ForgottenRows.delete(tools.queries(), tools.statements(), rebuild.database());
    tools.groups().move(rebuild.application(), tools.live().otherPositions(rebuild.replaces()));
    rebuild = rebuild.exchanging(tools.tables(rebuild).uuids());
    journal.write(journal.state().with(rebuild));
    tools.reached("positions moved");
    return rebuild;
  }

  private void awaitStopped(Rebuild rebuild) {
    if (!tools.awaitNoMembers(rebuild.replaces())) {
      journal.write(journal.state().running(true).with(rebuild.at(Step.REBUILDING)));
      throw new UserError(
          "The topology goes on as " + rebuild.replaces() + " though it was told to stop.",
          "Every instance of it must be of a version that knows replays. Nothing has been changed.");
    }
  }

  private void exchange(Rebuild rebuild) {
    tools.say("Exchanging tables");
    tools.tables(rebuild).exchange(rebuild.tables(), table -> tools.reached("exchanged " + table));
  }

  private void publish(Rebuild rebuild) {
    if (!rebuild.differs()) {
      // The same entries by the same code and settings, before the live application stopped and
      // after: comparing again would only keep it waiting.
      return;
    }
    long written =
        new RecordPublishing(
                tools.connection(),
                rebuild,
                tools.groups(),
                tools.queries(),
                tools.database(),
                tools.progress())
            .publish();
    if (written > 0) {
      tools.reached("published");
    }
  }

  private PipelineState successor(Rebuild rebuild) {
    Kept kept =
        rebuild.keepOld()
            ? new Kept(
                rebuild.replaces(),
                rebuild.keptPrefix(),
                rebuild.database(),
                liveSettings,
                journal.state().replaced())
            : null;
    String log = rebuild.rawLog() == null ? journal.state().log() : rebuild.rawLog();
    return new PipelineState(
        rebuild.application(), log, true, rebuild.settings(), rebuild.replaced(), kept, rebuild);
  }

  private void awaitSuccessor(Rebuild rebuild) {
    tools.say("Starting " + rebuild.application() + " in its place");
    if (!Waiting.await(() -> tools.groups().members(rebuild.application()) > 0, START_PATIENCE)) {
      tools.say("No topology runs; it goes on when one is started");
    }
  }
}
