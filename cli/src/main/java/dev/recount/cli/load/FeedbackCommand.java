package dev.recount.cli.load;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.avro.FeedbackEvent;
import dev.recount.cli.ExitCodes;
import dev.recount.cli.UserError;
import dev.recount.cli.options.KafkaOptions;
import dev.recount.connectors.feedback.FeedbackError;
import dev.recount.connectors.feedback.FeedbackParser;
import dev.recount.connectors.feedback.FeedbackParsing;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code recount feedback}. */
@Command(
    name = "feedback",
    header = "Say how a run of an agent turned out.",
    description = {
      "Produce one feedback event, or many from JSON lines, and print their IDs.",
      "",
      "Feedback may come before, during or long after its trace. It names what it is about by"
          + " --trace, or else by --response, --tool-call or --session. The same --id again"
          + " replaces an earlier event."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount feedback --trace 4bf92f3577b34da6a3ce929d0e0e4736 --kind rating --score 1",
      "  recount feedback --response resp-42 --kind correction --comment \"wrong order\"",
      "  recount feedback --session s-17 --kind outcome --name resolved --passed true",
      "  recount feedback --file feedback.jsonl   one JSON object to a line, fields as in the",
      "                                           Avro contract: trace_id, kind, score, …",
      "  cat feedback.jsonl | recount feedback --file -"
    })
public final class FeedbackCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @Mixin private final KafkaOptions kafkaOptions = new KafkaOptions();

  @ArgGroup(exclusive = true, multiplicity = "1")
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private Source source;

  /** Either options or a file. */
  static final class Source {
    @ArgGroup(exclusive = false)
    private @Nullable One one;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "JSON lines; - reads standard input.")
    private @Nullable String file;
  }

  /** One event, by options. */
  static final class One {
    @Option(
        names = "--kind",
        required = true,
        paramLabel = "KIND",
        description = "rating, evaluation, outcome, escalation, rollback or correction.")
    private String kind = "";

    @Option(names = "--trace", paramLabel = "ID", description = "Trace that it is about.")
    private @Nullable String trace;

    @Option(names = "--response", paramLabel = "ID", description = "Response, gen_ai.response.id.")
    private @Nullable String response;

    @Option(names = "--tool-call", paramLabel = "ID", description = "Tool call ID.")
    private @Nullable String toolCall;

    @Option(names = "--session", paramLabel = "ID", description = "Session or conversation.")
    private @Nullable String session;

    @Option(names = "--span", paramLabel = "ID", description = "Span within the trace.")
    private @Nullable String span;

    @Option(names = "--decision", paramLabel = "ID", description = "Decision within the trace.")
    private @Nullable String decision;

    @Option(names = "--snapshot", paramLabel = "ID", description = "Context snapshot.")
    private @Nullable String snapshot;

    @Option(names = "--name", paramLabel = "NAME", description = "What was judged: helpfulness.")
    private @Nullable String name;

    @Option(names = "--score", paramLabel = "NUMBER", description = "The score.")
    private @Nullable Double score;

    @Option(names = "--label", paramLabel = "WORD", description = "The verdict in a word.")
    private @Nullable String label;

    @Option(
        names = "--passed",
        arity = "1",
        paramLabel = "true|false",
        description = "Whether it is favourable.")
    private @Nullable Boolean passed;

    @Option(names = "--comment", paramLabel = "TEXT", description = "Free text.")
    private @Nullable String comment;

    @Option(names = "--source", paramLabel = "NAME", description = "Who or what judged.")
    private @Nullable String source;

    @Option(names = "--model", paramLabel = "NAME", description = "Model of the judged output.")
    private @Nullable String model;

    @Option(
        names = "--occurred-at",
        paramLabel = "TIME",
        description = "When, as 2026-01-31T12:00:00Z. Default: now")
    private @Nullable String occurredAt;

    @Option(names = "--id", paramLabel = "ID", description = "Its ID. Default: a new one")
    private @Nullable String id;

    ObjectNode toJson() {
      ObjectNode json = JsonMapper.builder().build().createObjectNode();
      json.put("kind", kind.toUpperCase(Locale.ROOT));
      put(json, "trace_id", trace == null ? null : trace.strip().toLowerCase(Locale.ROOT));
      put(json, "response_id", response);
      put(json, "tool_call_id", toolCall);
      put(json, "session_id", session);
      put(json, "span_id", span);
      put(json, "decision_id", decision);
      put(json, "snapshot_id", snapshot);
      put(json, "name", name);
      put(json, "label", label);
      put(json, "comment", comment);
      put(json, "source", source);
      put(json, "model", model);
      put(json, "occurred_at", occurredAt);
      put(json, "feedback_id", id);
      if (score != null) {
        json.put("score", score);
      }
      if (passed != null) {
        json.put("passed", passed);
      }
      return json;
    }

    private static void put(ObjectNode json, String field, @Nullable String value) {
      if (value != null) {
        json.put(field, value);
      }
    }
  }

  @Override
  public Integer call() {
    List<FeedbackEvent> events =
        source.one == null
            ? FeedbackLines.read(source.file == null ? "-" : source.file)
            : List.of(single(source.one));
    if (events.isEmpty()) {
      throw new UserError("There is no feedback in " + source.file + ".", null);
    }
    try (EventProducer producer = new EventProducer(kafkaOptions.connection())) {
      events.forEach(producer::send);
      producer.flush();
    }
    events.forEach(event -> spec.commandLine().getOut().println(event.getFeedbackId()));
    return ExitCodes.DONE;
  }

  private FeedbackEvent single(One one) {
    FeedbackParsing parsed = new FeedbackParser().parse(one.toJson());
    if (parsed instanceof FeedbackParsing.Accepted accepted) {
      return accepted.events().get(0);
    }
    String errors =
        ((FeedbackParsing.Refused) parsed)
            .errors().stream()
                .map(FeedbackCommand::describe)
                .reduce((first, second) -> first + "; " + second)
                .orElse("not valid");
    throw new ParameterException(spec.commandLine(), errors);
  }

  static String describe(FeedbackError error) {
    return error.field() == null ? error.message() : error.field() + ": " + error.message();
  }
}
