package dev.recount.cli.replay;

import dev.recount.cli.UserError;
import dev.recount.cli.pipeline.PipelineState.Kept;
import dev.recount.cli.pipeline.Rebuild;
import dev.recount.cli.pipeline.Rebuild.Scope;
import dev.recount.cli.status.PipelineNames;
import java.util.Set;

/** What replays have made and nobody needs any longer. */
final class Leftovers {
  private final ReplayTools tools;
  private final Journal journal;

  Leftovers(ReplayTools tools, Journal journal) {
    this.tools = tools;
    this.journal = journal;
  }

  /** Removes what a hand-over leaves behind. */
  void removeReplaced(Rebuild rebuild) {
    tools.say("Removing what is no longer needed");
    removeShadow(rebuild);
    if (!rebuild.keepOld()) {
      dropDatabase(rebuild.database());
      tools.groups().deleteApplication(rebuild.replaces());
    }
  }

  /** Removes topics and group of a shadow's sink, and its state on this machine. */
  private void removeShadow(Rebuild rebuild) {
    Set<String> topics = tools.groups().topics(rebuild.topicPrefix());
    String log = journal.state().log();
    if (log != null) {
      // One that a replay has made is in force.
      topics.remove(log);
    }
    tools.groups().deleteTopics(topics);
    PipelineNames names =
        PipelineNames.of(Shadow.connection(tools.connection(), rebuild.topicPrefix()).topics());
    tools.groups().deleteConnectGroup(names.sinkGroup());
    tools.groups().deleteConnectGroup(names.deadLetterGroup());
    LocalFolders.delete(tools.folder(rebuild));
  }

  private void dropDatabase(String database) {
    tools.statements().execute("DROP DATABASE IF EXISTS " + database);
  }

  /** Removes what a replay has made that does not hand over. */
  void discard(Rebuild rebuild) {
    tools.say("Removing what the replay made");
    if (rebuild.scope() != Scope.BACK) {
      tools.awaitNoMembers(rebuild.application());
      removeShadow(rebuild);
      dropDatabase(rebuild.database());
      tools.groups().deleteApplication(rebuild.application());
    }
    journal.write(journal.state().with(null));
  }

  /** Removes what was kept for going back. */
  void dropKept() {
    Kept kept = journal.state().kept();
    if (kept == null) {
      throw new UserError("Nothing was kept.", null);
    }
    tools.groups().deleteTopics(tools.groups().topics(kept.topicPrefix()));
    dropDatabase(kept.database());
    tools.groups().deleteApplication(kept.application());
    journal.write(journal.state().withoutKept());
  }
}
