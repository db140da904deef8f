package dev.recount.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoryTest {
  private static final String TRACE =
      """
      {"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","root_name":"invoke_agent order-agent",
       "status":"error","error_type":"GaveUp","agent_name":"order-agent","agent_version":"2.4.1",
       "prompt_name":"order-handling","prompt_version":"v17","model":"gpt-4o","session_id":"s-1",
       "started_at":"2026-11-20 10:00:00.000000","ended_at":"2026-11-20 10:00:06.400000",
       "phase":"amended","revision":3,"span_count":9,"decision_count":2,"error_count":1,
       "snapshot_count":1,"input_tokens":41230,"output_tokens":512,"max_context_utilization":1.04,
       "flags":["context_pressure"],"escalated":true,"rolled_back":false,
       "suspect_decision_id":"d1"}""";

  private static final String FIRST =
      """
      {"decision_id":"d1","step":1,"kind":"MODEL_CALL","name":"chat gpt-4o","status":"ok",
       "started_at":"2026-11-20 10:00:00.100000","ended_at":"2026-11-20 10:00:01.000000",
       "context_tokens":133120,"context_limit":128000,"context_truncated":true,
       "flags":["context_pressure"]}""";

  private static final String SECOND =
      """
      {"decision_id":"d2","step":2,"kind":"TOOL_CALL","name":"inventory","tool_name":"inventory",
       "status":"error","error_type":"TimeoutError","error_message":"no answer within 5 s",
       "started_at":"2026-11-20 10:00:01.200000","ended_at":"2026-11-20 10:00:06.200000",
       "chosen":"inventory","rationale":"stock is asked for","confidence":0.35,
       "considered":[{"name":"inventory","score":0.35},{"name":"refund","score":0.1}],
       "tool_arguments":"{\\"product\\":\\"mug\\"}","suspect_decision_id":"d1","flags":[]}""";

  private static TraceRows rows() throws JsonProcessingException {
    return new TraceRows(
        row(TRACE),
        List.of(row(FIRST), row(SECOND)),
        List.of(),
        List.of(
            row(
                """
                {"feedback_id":"f1","kind":"CORRECTION","decision_id":"d2","comment":"use the SKU",
                 "lag_ms":185000}"""),
            row(
                """
                {"feedback_id":"f2","kind":"RATING","decision_id":"","name":"helpfulness","score":0,
                 "label":"thumbs_down","passed":false,"source":"user","lag_ms":-2000}""")),
        List.of(
            row(
                """
                {"evaluation_id":"e1","name":"groundedness","decision_id":"","score":0.25,
                 "evaluator":"judge-2"}""")));
  }

  private static Row row(String json) throws JsonProcessingException {
    return new Row(JsonMapper.builder().build().readTree(json));
  }

  private static List<String> tell() throws JsonProcessingException {
    return Story.tell(rows(), new Paint(false), 120);
  }

  @Test
  void theHeaderSaysWhatRanAndHowItEnded() throws JsonProcessingException {
    assertThat(String.join("\n", tell().subList(0, 6)))
        .contains("Trace 4bf92f3577b34da6a3ce929d0e0e4736  error GaveUp")
        .contains("agent order-agent 2.4.1 · prompt order-handling v17 · model gpt-4o")
        .contains("session s-1")
        .contains("2026-11-20 10:00:00 UTC · 6.4 s · amended, revision 3")
        .contains("9 spans · 2 decisions, 1 failed · 1 context snapshot")
        .contains("41,230 tokens in, 512 out · window up to 104 %")
        .contains("⚑ escalated to a person, context_pressure");
  }

  @Test
  void eachStepShowsItsTimeItsContextAndItsReasons() throws JsonProcessingException {
    String story = String.join("\n", tell());
    assertThat(story)
        .containsPattern(
            "1 ➜ +\\+100 ms +MODEL_CALL +chat gpt-4o +ok +900 ms +▕██████████▏ 104 % cut")
        .containsPattern("2 +\\+1.2 s +TOOL_CALL +inventory +error +5.0 s +sure 0.35")
        .containsPattern("over +refund 0.10")
        .containsPattern("because +stock is asked for")
        .containsPattern("arguments +\\{\"product\":\"mug\"}")
        .contains("✗ TimeoutError: no answer within 5 s");
  }

  @Test
  void whatAToolCallChoseIsNotSaidTwice() throws JsonProcessingException {
    assertThat(String.join("\n", tell())).doesNotContain("chose ");
  }

  @Test
  void verdictsStandWhereTheyBelong() throws JsonProcessingException {
    List<String> lines = tell();
    int step = indexOf(lines, "inventory");
    int correction = indexOf(lines, "★ CORRECTION, 3 min 5 s after the end: use the SKU");
    int whole = indexOf(lines, "On the whole trace");
    assertThat(step).isLessThan(correction);
    assertThat(correction).isLessThan(whole);
    assertThat(whole).isLessThan(indexOf(lines, "◆ groundedness 0.25 by judge-2"));
    assertThat(whole)
        .isLessThan(
            indexOf(lines, "★ RATING helpfulness 0 (thumbs_down) from user, 2.0 s before the end"));
  }

  @Test
  void theSuspectIsPointedOut() throws JsonProcessingException {
    assertThat(tell())
        .last()
        .asString()
        .contains("It went off in step 1, MODEL_CALL chat gpt-4o: context_pressure");
  }

  @Test
  void coloursAreUsedOnlyWhereTheyAreWelcome() throws JsonProcessingException {
    assertThat(String.join("", tell())).doesNotContain("\u001b");
    assertThat(String.join("", Story.tell(rows(), new Paint(true), 120))).contains("\u001b[31m");
  }

  @Test
  void jsonHasEveryRow() throws JsonProcessingException {
    var json = JsonMapper.builder().build().readTree(TraceCommand.json(rows()));
    assertThat(json.path("decisions")).hasSize(2);
    assertThat(json.path("feedback")).hasSize(2);
    assertThat(json.path("evaluations")).hasSize(1);
    assertThat(json.path("trace").path("agent_version").asText()).isEqualTo("2.4.1");
  }

  private static int indexOf(List<String> lines, String part) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(part)) {
        return i;
      }
    }
    throw new AssertionError("No line contains '" + part + "' in\n" + String.join("\n", lines));
  }
}
