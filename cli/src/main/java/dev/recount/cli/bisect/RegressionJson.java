package dev.recount.cli.bisect;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.cli.bisect.Regression.Suspect;
import dev.recount.cli.bisect.statistics.Change;
import dev.recount.cli.bisect.statistics.Effect;
import dev.recount.cli.bisect.statistics.Finding;
import dev.recount.cli.bisect.statistics.Moments;
import dev.recount.cli.bisect.statistics.Verdict;
import dev.recount.cli.bisect.statistics.Version;
import java.util.List;
import java.util.Locale;

/**
 * What was found out as JSON, for machines. Times are ISO 8601 in UTC; means and effects are in the
 * unit of the measure, those of costs and latencies as natural logarithms, of which {@code factor}
 * is the ratio that they stand for.
 */
final class RegressionJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Measure measure;

  private RegressionJson(Measure measure) {
    this.measure = measure;
  }

  static String write(Regression regression) {
    return new RegressionJson(regression.scope().measure()).document(regression).toPrettyString();
  }

  private ObjectNode document(Regression regression) {
    Verdict verdict = regression.verdict();
    ObjectNode document = JSON.createObjectNode();
    document.put("measure", measure.toString());
    document.put("higher_is_better", measure.higherIsBetter());
    document.put("logarithmic", measure.isLogarithm());
    document.put("significance", regression.significance());
    document.put("comparisons", verdict.comparisons());
    ObjectNode window = document.putObject("window");
    window.put("from", regression.window().from().toString());
    window.put("change", regression.window().change().toString());
    window.put("to", regression.window().to().toString());
    window.put(
        "change_was",
        regression.given() ? "given" : regression.changePoint().isPresent() ? "found" : "halved");
    regression.changePoint().ifPresent(point -> window.put("change_p_value", point.pValue()));
    document.set("before", moments(verdict.before()));
    document.set("after", moments(verdict.after()));
    document.set("difference", effect(verdict.difference()));
    ArrayNode findings = document.putArray("findings");
    for (Finding finding : verdict.worse()) {
      ObjectNode node = finding(finding);
      ArrayNode examples = node.putArray("example_trace_ids");
      regression.suspects().stream()
          .filter(suspect -> suspect.finding().equals(finding))
          .map(Suspect::examples)
          .forEach(ids -> ids.forEach(examples::add));
      findings.add(node);
    }
    ArrayNode improvements = document.putArray("improvements");
    verdict.better().forEach(finding -> improvements.add(finding(finding)));
    document.putNull("elsewhere");
    verdict.elsewhere().ifPresent(effect -> document.set("elsewhere", effect(effect)));
    document.set("acquitted", changes(verdict.acquitted()));
    return document;
  }

  private ObjectNode finding(Finding finding) {
    ObjectNode node = JSON.createObjectNode();
    node.set("versions", versions(finding.change().versions()));
    node.set("replaced", versions(finding.replaced()));
    node.set("effect", effect(finding.effect()));
    node.put("adjusted_p_value", finding.adjustedPValue());
    node.put("explains", finding.explains());
    node.put("share_before", finding.before());
    node.put("share_after", finding.after());
    node.set("with", moments(finding.with()));
    node.set("without", moments(finding.without()));
    node.set("cannot_be_told_from", changes(finding.alike()));
    node.set("could_as_well_be", changes(finding.rivals()));
    node.put("only_by_time", finding.onlyByTime());
    return node;
  }

  private static ArrayNode changes(List<Change> changes) {
    ArrayNode array = JSON.createArrayNode();
    changes.forEach(change -> array.add(versions(change.versions())));
    return array;
  }

  private static ArrayNode versions(List<Version> versions) {
    ArrayNode array = JSON.createArrayNode();
    for (Version version : versions) {
      array
          .addObject()
          .put("dimension", version.dimension().name().toLowerCase(Locale.ROOT))
          .put("name", version.name())
          .put("version", version.version());
    }
    return array;
  }

  private ObjectNode effect(Effect effect) {
    ObjectNode node = JSON.createObjectNode();
    node.put("size", effect.size());
    node.put("standard_error", effect.standardError());
    node.put("p_value", effect.pValue());
    if (measure.isLogarithm()) {
      node.put("factor", Math.exp(effect.size()));
    }
    return node;
  }

  private ObjectNode moments(Moments moments) {
    ObjectNode node = JSON.createObjectNode();
    node.put("traces", moments.traces());
    node.put("weight", moments.w());
    node.put("mean", measure.unscaled(moments.mean()));
    return node;
  }
}
