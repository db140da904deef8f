package dev.recount.cli.bisect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.cli.UserError;
import dev.recount.cli.bisect.statistics.ChangePoint.Interval;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.web.ClickHouseTables;
import dev.recount.cli.web.PageErrors;
import dev.recount.web.Regressions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The search of {@code recount bisect}, for the page. */
public final class PageRegressions implements Regressions {
  private static final double SIGNIFICANCE = 0.01;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ClickHouse clickHouse;

  /** Asks by this connection, which stays the caller's. */
  public PageRegressions(ClickHouse clickHouse) {
    this.clickHouse = clickHouse;
  }

  @Override
  public JsonNode search(Question question) {
    Measure measure = Measure.valueOf(question.measure().toUpperCase(Locale.ROOT));
    Scope scope =
        new Scope(
            measure,
            question.evaluator(),
            question.agent(),
            question.service(),
            question.environment());
    try {
      Regression regression =
          new Investigation(
                  (sql, parameters) -> clickHouse.rows(sql, parameters, ClickHouseTables.PATIENCE),
                  scope,
                  SIGNIFICANCE)
              .between(
                  instant(question.fromMicros()).orElse(Instant.EPOCH),
                  instant(question.changeMicros()),
                  instant(question.toMicros()).orElseGet(Instant::now));
      return withCourses((ObjectNode) JSON.readTree(RegressionJson.write(regression)), regression);
    } catch (UserError failed) {
      throw PageErrors.of(failed);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Optional<Instant> instant(OptionalLong micros) {
    return micros.isPresent()
        ? Optional.of(Instant.EPOCH.plus(micros.getAsLong(), ChronoUnit.MICROS))
        : Optional.empty();
  }

  /** The findings are in the order of the suspects, which may be fewer. */
  private static ObjectNode withCourses(ObjectNode document, Regression regression) {
    Measure measure = regression.scope().measure();
    document.set("course", course(regression.course(), measure));
    JsonNode findings = document.path("findings");
    for (int i = 0; i < regression.suspects().size(); i++) {
      ((ObjectNode) findings.get(i))
          .set("course", course(regression.suspects().get(i).course(), measure));
    }
    return document;
  }

  private static ArrayNode course(List<Interval> intervals, Measure measure) {
    ArrayNode course = JSON.createArrayNode();
    for (Interval interval : intervals) {
      course
          .addObject()
          .put("start_us", ChronoUnit.MICROS.between(Instant.EPOCH, interval.start()))
          .put("traces", interval.moments().traces())
          .put("value", measure.unscaled(interval.moments().mean()));
    }
    return course;
  }
}
