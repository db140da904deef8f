package dev.recount.connectors.importing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Imports a file of recorded agent runs: each becomes one trace over OTLP, and context snapshots,
 * decisions and feedback over Kafka. All IDs and times are functions of the file, so importing it
 * twice changes nothing. A malformed file is refused before anything is sent.
 */
public final class RunImport {
  private static final int BATCH_SPANS = 64;

  private final RunFormat format;
  private final ImportOptions options;
  private final ImportTargets targets;

  /** An import; nothing happens yet. The targets stay open. */
  public RunImport(RunFormat format, ImportOptions options, ImportTargets targets) {
    this.format = format;
    this.options = options;
    this.targets = targets;
  }

  /**
   * Imports a file and waits until everything in it is acknowledged.
   *
   * @throws ImportException when the file is malformed, or a target does not take what is sent
   */
  public ImportResult run(Path path, ImportProgress progress) {
    try (RunFile file = format.open(path);
        SpanFactory factory = new SpanFactory(options.identity())) {
      FileFacts facts = FileFacts.of(file);
      Instant start = start(path, facts);
      RunContext context = RunContext.of(format, options, facts.tools());
      Long seed = options.shuffleSeed();
      Tally tally = new Tally();
      ImportSender sender;
      if (seed == null) {
        sender = new ImportSender(targets, factory, () -> BATCH_SPANS);
        sendInOrder(file, start, context, sender, tally, progress);
      } else {
        Random random = new Random(seed);
        sender = new ImportSender(targets, factory, () -> 1 + random.nextInt(BATCH_SPANS));
        sendShuffled(file, start, context, sender, tally, progress, random);
      }
      return tally.result(sender);
    }
  }

  private Instant start(Path path, FileFacts facts) {
    Instant given = options.start();
    if (given != null) {
      return given.truncatedTo(ChronoUnit.MILLIS);
    }
    try {
      return Files.getLastModifiedTime(path)
          .toInstant()
          .truncatedTo(ChronoUnit.MILLIS)
          .minus(facts.duration());
    } catch (IOException failed) {
      throw new ImportException("Cannot read when " + path + " was last modified", failed);
    }
  }

  private static void sendInOrder(
      RunFile file,
      Instant start,
      RunContext context,
      ImportSender sender,
      Tally tally,
      ImportProgress progress) {
    for (int i = 0; i < file.runs(); i++) {
      RunPlan plan = new RunPlan(file.read(i), RunTimeline.startOf(start, i), context);
      tally.add(plan);
      plan.items().forEach(item -> item.accept(sender));
      sender.flush();
      progress.update(i + 1, file.runs(), sender.items());
    }
  }

  private static void sendShuffled(
      RunFile file,
      Instant start,
      RunContext context,
      ImportSender sender,
      Tally tally,
      ImportProgress progress,
      Random random) {
    List<RunPlan> plans = new ArrayList<>();
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < file.runs(); i++) {
      RunPlan plan = new RunPlan(file.read(i), RunTimeline.startOf(start, i), context);
      tally.add(plan);
      plans.add(plan);
      for (Consumer<ItemSink> content : plan.items()) {
        items.add(new Item(i, content));
      }
    }
    Collections.shuffle(items, random);
    int[] left = plans.stream().mapToInt(plan -> plan.items().size()).toArray();
    int done = 0;
    for (Item item : items) {
      item.content().accept(sender);
      if (--left[item.run()] == 0) {
        progress.update(++done, plans.size(), sender.items());
      }
    }
    sender.flush();
  }

  private record Item(int run, Consumer<ItemSink> content) {}

  /** Counts what the sender does not see. */
  private static final class Tally {
    private final List<String> traceIds = new ArrayList<>();
    private int successes;
    private int escalations;
    private int toolErrors;

    void add(RunPlan plan) {
      traceIds.add(plan.traceId());
      successes += plan.succeeded() ? 1 : 0;
      escalations += plan.escalations();
      toolErrors += plan.toolErrors();
    }

    ImportResult result(ImportSender sender) {
      return new ImportResult(
          sender.spans(),
          sender.snapshots(),
          sender.decisions(),
          sender.feedback(),
          successes,
          escalations,
          toolErrors,
          traceIds);
    }
  }
}
