package dev.recount.connectors.importing;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is known of a file once it has been read through: whether it is sound, above all, before the
 * first event leaves.
 *
 * @param tools names of all tools called in the file, in alphabetical order: the recordings do not
 *     list the tools that were offered, and an agent's runs share them
 * @param duration from the start of the first run to the end of the last
 */
record FileFacts(Set<String> tools, Duration duration) {
  static FileFacts of(RunFile file) {
    Set<String> tools = new TreeSet<>();
    Instant end = Instant.EPOCH;
    for (int i = 0; i < file.runs(); i++) {
      RecordedRun run = file.read(i);
      for (RecordedMessage message : run.messages()) {
        message.toolCalls().forEach(call -> tools.add(call.name()));
      }
      Instant runEnd = RunTimeline.of(run, RunTimeline.startOf(Instant.EPOCH, i)).end();
      end = runEnd.isAfter(end) ? runEnd : end;
    }
    return new FileFacts(tools, Duration.between(Instant.EPOCH, end));
  }
}
