package dev.recount.cli.forget;

import dev.recount.cli.ExitCodes;
import dev.recount.cli.UserError;
import dev.recount.cli.options.ArchiveOptions;
import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.options.ClusterOptions;
import dev.recount.cli.options.Folders;
import dev.recount.cli.options.KafkaOptions;
import dev.recount.cli.output.Text;
import dev.recount.cli.output.TextTable;
import dev.recount.cli.pipeline.PipelineStateReader;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.schemas.Connection;
import dev.recount.schemas.content.ContentStoreException;
import dev.recount.schemas.content.FolderContentStore;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.StorageException;
import dev.recount.sinks.archive.storage.StorageLocation;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code recount forget}. */
@Command(
    name = "forget",
    header = "Delete what is known of traces, of a session or of a person.",
    description = {
      "Delete traces for good: rows, archived context, large content that nothing else refers to,"
          + " and the state of the topology. What still comes for them is passed over, and so it is"
          + " in every replay.",
      "",
      "Without --yes it shows what would be deleted, and deletes nothing."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount forget --trace 4bf92f3577b34da6a3ce929d0e0e4736",
      "  recount forget --user u-1729 --yes --reason \"erasure request 17\"",
      "  recount forget --session visit-17 --yes"
    })
public final class ForgetCommand implements Callable<Integer> {
  private static final int SHOWN = 10;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @ArgGroup(exclusive = true, multiplicity = "1")
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private Subject subject;

  @Option(names = "--yes", description = "Delete it.")
  private boolean yes;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, to be kept in the log. Name nobody in it.")
  private @Nullable String reason;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description =
          "How long to wait for what is under way in the pipeline, which is deleted when it has"
              + " arrived. Default: @|bold ${DEFAULT-VALUE}|@")
  private int timeoutSeconds = 120;

  @Option(
      names = "--content-dir",
      paramLabel = "FOLDER",
      defaultValue = "${env:RECOUNT_CONTENT_DIR}",
      description =
          "Where large values are kept that records only refer to (RECOUNT_CONTENT_DIR)."
              + " Default: content, beside the other data")
  private @Nullable Path contentFolder;

  @Mixin private final KafkaOptions kafkaOptions = new KafkaOptions();
  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();
  @Mixin private final ClusterOptions clusterOptions = new ClusterOptions();
  @Mixin private final ArchiveOptions archiveOptions = new ArchiveOptions();

  @Override
  public Integer call() {
    Optional<StorageLocation> location = archiveOptions.location(Folders.configuredData());
    try (ClickHouse clickHouse = ClickHouse.connect(clickHouseOptions)) {
      Forgotten forgotten = subject.find(clickHouse);
      if (forgotten.isEmpty()) {
        throw new UserError(
            "Nothing of that is in ClickHouse.",
            "A trace that has not come yet, or is older than the tables keep, can be named by its"
                + " whole ID.");
      }
      if (location.isEmpty()) {
        return forget(forgotten, clickHouse, Optional.empty());
      }
      try (ObjectStorage storage = location.get().open()) {
        return forget(forgotten, clickHouse, Optional.of(new SnapshotArchive(storage)));
      }
    } catch (StorageException | ContentStoreException failed) {
      throw new UserError(
          String.valueOf(failed.getMessage()),
          "Check --archive-url, --content-dir and your rights, and run the same command again.",
          failed);
    }
  }

  private int forget(
      Forgotten forgotten, ClickHouse clickHouse, Optional<SnapshotArchive> archive) {
    String database = clickHouseOptions.target().database();
    SchemaOptions options =
        new SchemaOptions(database, SchemaOptions.DEFAULT_RETENTION, clusterOptions.cluster());
    Tables tables = new Tables(clickHouse, options, forgotten);
    Path folder =
        contentFolder == null ? Folders.configuredData().resolve("content") : contentFolder;
    FolderContentStore contents = new FolderContentStore(folder);
    Set<String> digests = ownDigests(tables, contents);
    show(forgotten, tables.count(), objects(forgotten, archive), digests.size());
    PrintWriter out = spec.commandLine().getOut();
    if (!yes) {
      out.println();
      out.println("Nothing has been deleted. Add --yes to delete it.");
      return ExitCodes.DONE;
    }
    Connection connection = PipelineStateReader.inForce(kafkaOptions.connection());
    KafkaRetention retention = KafkaRetention.of(connection);
    ForgetLog.append(connection, forgotten, reason);
    digests.forEach(contents::remove);
    delete(forgotten, tables, archive);
    new CatchUp(connection, Duration.ofSeconds(timeoutSeconds)).await();
    // What was under way, and the rows by which the pipeline has taken others back.
    ownDigests(tables, contents).forEach(contents::remove);
    delete(forgotten, tables, archive);
    out.println();
    out.println("Deleted, and to be passed over from now on.");
    out.println(inKafka(retention));
    return ExitCodes.DONE;
  }

  /** Rows last: by them the rest is found again if this does not come to its end. */
  private static void delete(
      Forgotten forgotten, Tables tables, Optional<SnapshotArchive> archive) {
    archive.ifPresent(from -> forgotten.traceIds().forEach(from::remove));
    tables.delete();
  }

  /** Digests of large content that is there and that no other trace refers to. */
  private static Set<String> ownDigests(Tables tables, FolderContentStore contents) {
    Set<String> digests = new TreeSet<>(tables.digests());
    digests.removeIf(digest -> contents.size(digest) < 0);
    digests.removeAll(tables.shared(digests));
    return digests;
  }

  private static long objects(Forgotten forgotten, Optional<SnapshotArchive> archive) {
    return archive
        .map(from -> forgotten.traceIds().stream().mapToLong(id -> from.objects(id).size()).sum())
        .orElse(0L);
  }

  private void show(Forgotten forgotten, Map<String, Long> rows, long objects, int contents) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        Text.count(forgotten.traceIds().size(), "trace")
            + (forgotten.feedbackIds().isEmpty()
                ? ""
                : " and "
                    + Text.count(forgotten.feedbackIds().size(), "piece")
                    + " of feedback on sessions")
            + ":");
    List<String> traces = forgotten.traceIds();
    traces.stream().limit(SHOWN).forEach(trace -> out.println("  " + trace));
    if (traces.size() > SHOWN) {
      out.println("  … and " + Text.count(traces.size() - SHOWN) + " more");
    }
    out.println();
    TextTable table = TextTable.of("kept in", "deleted").numbers("deleted");
    rows.forEach((name, count) -> table.row("table " + name, Text.count(count)));
    table.row("archived objects", Text.count(objects));
    table.row("large contents", Text.count(contents));
    table.lines().forEach(out::println);
  }

  private static String inKafka(KafkaRetention retention) {
    if (retention.longest().isEmpty()) {
      return "Kafka holds what was sent for ever: topic "
          + retention.topic()
          + " has no retention. Set retention.ms to have it end.";
    }
    Duration longest = retention.longest().get();
    return "Kafka still holds what was sent, in files that nobody can delete a record from, until its"
        + " retention ends: the last of it, in "
        + retention.topic()
        + ", on "
        + Instant.now().plus(longest).atOffset(ZoneOffset.UTC).toLocalDate()
        + " ("
        + Text.duration(longest)
        + "), and on disk until that segment is closed.";
  }
}
