package dev.recount.topology.alerting;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How an alert of a rule is put into words. */
final class Wording {
  private final AlertRule rule;

  Wording(AlertRule rule) {
    this.rule = rule;
  }

  /** The traces that show it best. */
  List<String> examples(Aggregate rows) {
    return rows.worstTraces(rule.condition().direction());
  }

  /** What has come to pass, in a line. */
  String summary(Group group, Aggregate rows, @Nullable Aggregate reference, double limit) {
    StringBuilder text = new StringBuilder();
    text.append(rule.summary() == null ? rule.name().replace('_', ' ') : rule.summary());
    text.append(": ");
    if (rule.isEvent()) {
      text.append(rows.count()).append(rows.count() == 1 ? " event" : " events");
    } else {
      text.append(rule.measure().words())
          .append(' ')
          .append(Figures.plain(rule.measure().of(rows)));
      if (reference != null) {
        text.append(" against ")
            .append(Figures.plain(rule.measure().of(reference)))
            .append(rule.comparesVersions() ? " of the previous version" : " before");
      } else {
        text.append(", limit ").append(Figures.plain(limit));
      }
      text.append(" (").append(rows.count()).append(" rows)");
    }
    Map<String, String> labels = ordered(group.labels);
    if (!labels.isEmpty()) {
      text.append(", ");
      labels.forEach((name, value) -> text.append(name).append(' ').append(value).append(' '));
      text.setLength(text.length() - 1);
    }
    return text.toString();
  }

  private Map<String, String> ordered(Map<String, String> labels) {
    Map<String, String> ordered = new LinkedHashMap<>();
    for (String dimension : rule.by()) {
      String value = labels.get(dimension);
      if (value != null) {
        ordered.put(dimension, value);
      }
    }
    return ordered;
  }
}
