package dev.recount.cli.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.recount.avro.SegmentKind;
import dev.recount.cli.UserError;
import dev.recount.cli.trace.Paint;
import dev.recount.schemas.content.ContentReference;
import dev.recount.schemas.content.FolderContentStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String AS_SENT =
      "{\"role\": \"assistant\", \"content\": null,  \"x\": 1.10, \"tool_calls\": []}";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @Test
  void aMessageThatWasSentAsJsonIsGivenOutToTheByte() {
    assertThat(chat(new Windows().json(SegmentKind.ASSISTANT, AS_SENT)).messages())
        .containsExactly(AS_SENT);
  }

  @Test
  void aTextBecomesAMessageOfItsKind() {
    Chat chat =
        chat(
            new Windows()
                .text(SegmentKind.SYSTEM, null, "Be \"kind\".")
                .text(SegmentKind.MEMORY, "doc-1", "Shoes are in aisle 7.")
                .text(SegmentKind.USER, null, "Where are shoes?")
                .text(SegmentKind.TOOL_RESULT, "call-1", "[]"));
    assertThat(chat.messages())
        .containsExactly(
            "{\"role\":\"system\",\"content\":\"Be \\\"kind\\\".\"}",
            "{\"role\":\"system\",\"content\":\"Shoes are in aisle 7.\"}",
            "{\"role\":\"user\",\"content\":\"Where are shoes?\"}",
            "{\"role\":\"tool\",\"tool_call_id\":\"call-1\",\"content\":\"[]\"}");
  }

  @Test
  void aMessageOfTheConventionsBecomesOneOfAChat() {
    Chat chat =
        chat(
            new Windows()
                .json(
                    SegmentKind.ASSISTANT,
                    """
                    {"parts":[{"content":"Let me look.","type":"text"},\
                    {"content":"hm","type":"reasoning"},\
                    {"arguments":{"sku":"A-7"},"id":"c1","name":"inventory","type":"tool_call"},\
                    {"arguments":"free text","id":"c2","name":"ask","type":"tool_call"}],\
                    "role":"assistant"}""")
                .json(
                    SegmentKind.TOOL_RESULT,
                    """
                    {"parts":[{"id":"c1","response":"0","type":"tool_call_response"},\
                    {"id":"c2","response":null,"type":"tool_call_response"}],"role":"tool"}""")
                .json(
                    SegmentKind.USER,
                    """
                    {"parts":[{"content":"this one","type":"text"},\
                    {"mime_type":"image/png","content":"AAAA","type":"blob"}],"role":"user"}"""));
    assertThat(chat.messages())
        .containsExactly(
            "{\"role\":\"assistant\",\"content\":\"Let me look.\",\"reasoning_content\":\"hm\","
                + "\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":"
                + "{\"name\":\"inventory\",\"arguments\":\"{\\\"sku\\\":\\\"A-7\\\"}\"}},"
                + "{\"id\":\"c2\",\"type\":\"function\",\"function\":"
                + "{\"name\":\"ask\",\"arguments\":\"free text\"}}]}",
            "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"0\"}",
            "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"\"}",
            "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"this one\"},"
                + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}]}");
  }

  @Test
  void definitionsOfToolsAreToolsAndNoMessage() throws JsonProcessingException {
    Chat chat =
        chat(
            new Windows()
                .text(SegmentKind.USER, null, "Hello")
                .tools(
                    """
                    ["bare",{"description":"d","name":"typed","parameters":{"type":"object"}},\
                    {"type":"function","function":{"name":"whole"}},{"type":"web_search"}]"""));
    assertThat(chat.messages()).hasSize(1);
    assertThat(chat.tools())
        .containsExactly(
            "{\"type\":\"function\",\"function\":{\"name\":\"bare\"}}",
            "{\"type\":\"function\",\"function\":{\"description\":\"d\",\"name\":\"typed\","
                + "\"parameters\":{\"type\":\"object\"}}}",
            "{\"type\":\"function\",\"function\":{\"name\":\"whole\"}}",
            "{\"type\":\"web_search\"}");
    assertThat(JSON.readTree(chat.json()).fieldNames())
        .toIterable()
        .containsExactly("model", "messages", "tools");
  }

  @Test
  void whatWasKeptElsewhereBecauseItIsLargeIsPutBack() {
    String text = "large ".repeat(1000);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ContentReference reference = ContentReference.to(bytes, ContentReference.TEXT);
    new FolderContentStore(folder).put(reference, bytes);
    Windows window =
        new Windows()
            .text(SegmentKind.USER, null, reference.format())
            .json(
                SegmentKind.USER, "{\"role\":\"user\",\"content\":\"" + reference.format() + "\"}");
    assertThat(chat(window).messages())
        .containsExactly(
            "{\"role\":\"user\",\"content\":\"" + text + "\"}",
            "{\"role\":\"user\",\"content\":\"" + text + "\"}");
  }

  @Test
  void largeContentThatIsNotThereIsSaidToBeMissing() {
    ContentReference reference = ContentReference.to(new byte[2_000_000], ContentReference.BINARY);
    Windows window =
        new Windows()
            .json(
                SegmentKind.USER,
                "{\"role\":\"user\",\"content\":[\"" + reference.format() + "\"]}");
    assertThatThrownBy(() -> chat(window))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("2000000 bytes")
        .hasMessageContaining(folder.toString());
  }

  @Test
  void aSegmentThatWasSentByItsHashOnlyIsNamed() {
    Windows window = new Windows().text(SegmentKind.USER, null, "Hello").hashOnly("0".repeat(64));
    assertThatThrownBy(() -> chat(window))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("content_sha256")
        .hasMessageContaining("number 2");
    assertThat(WindowTables.segments(window.load(folder)).lines())
        .anyMatch(line -> line.contains("not sent"));
  }

  @Test
  void aBodyThatTheArchiveDoesNotHaveIsNamed() {
    assertThatThrownBy(() -> chat(new Windows().lost(SegmentKind.USER, "Hello")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("The archive has snapshot")
        .hasMessageContaining("number 1");
  }

  @Test
  void aTranscriptShowsWhatStrangersWroteWithoutLettingItMoveTheCursor() {
    Windows window =
        new Windows()
            .text(SegmentKind.USER, null, "two\nlines \u001b[2J")
            .json(
                SegmentKind.ASSISTANT,
                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\","
                    + "\"function\":{\"name\":\"inventory\",\"arguments\":\"{}\"}}]}");
    List<String> lines = Transcript.of(window.load(folder), new Paint(false));
    assertThat(lines)
        .contains("── user", "two", "lines \\x1b[2J", "── assistant", "→ inventory {}  c1");
  }

  @Test
  void aDiffTellsWhatIsGoneAndWhatIsNew() throws JsonProcessingException {
    ContextWindow before =
        new Windows()
            .text(SegmentKind.SYSTEM, null, "rules")
            .text(SegmentKind.USER, null, "first")
            .text(SegmentKind.USER, null, "second")
            .load(folder);
    ContextWindow after =
        new Windows()
            .text(SegmentKind.SYSTEM, null, "rules")
            .text(SegmentKind.USER, null, "second")
            .text(SegmentKind.USER, null, "third")
            .load(folder);
    WindowDiff diff = WindowDiff.between(before, after);
    assertThat(diff.kept()).isEqualTo(2);
    assertThat(diff.lines(new Paint(false)).subList(1, 4))
        .containsExactly(
            "  2 segments the same",
            "− 2 USER  {\"role\":\"user\",\"content\":\"first\"}",
            "+ 3 USER  {\"role\":\"user\",\"content\":\"third\"}");
    assertThat(JSON.readTree(diff.json()).at("/added/0/messages/0/content").asText())
        .isEqualTo("third");
  }

  private Chat chat(Windows window) {
    return Chat.of(window.load(folder));
  }
}
