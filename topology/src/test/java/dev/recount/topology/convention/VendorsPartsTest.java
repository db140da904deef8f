package dev.recount.topology.convention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls and thoughts in the less common of the vendors' shapes. */
class VendorsPartsTest {
  private static ChatMessages read(String key, String json) {
    return ChatMessages.of(Map.of(key, json), List.of(), List.of());
  }

  @Test
  void aCustomToolOfOpenAiIsATool() {
    ChatMessages messages =
        read(
            "gen_ai.input.messages",
            "[{\"role\":\"user\",\"content\":\"Run it\"},"
                + "{\"type\":\"custom_tool_call\",\"id\":\"ctc_1\",\"call_id\":\"c1\","
                + "\"name\":\"shell\",\"input\":\"ls -l\"},"
                + "{\"type\":\"custom_tool_call_output\",\"call_id\":\"c1\",\"output\":\"a b\"}]");
    assertThat(messages.input())
        .extracting(ChatMessage::role)
        .containsExactly("user", "assistant", "tool");
    assertThat(messages.input().get(1).parts())
        .containsExactly(new MessagePart.ToolCall("c1", "shell", "ls -l"));
    assertThat(messages.input().get(2).parts())
        .containsExactly(new MessagePart.ToolResult("c1", null, "a b", false));
  }

  @ParameterizedTest
  @CsvSource({
    "server_tool_use,web_search_tool_result",
    "mcp_tool_use,mcp_tool_result",
    "server_tool_use,code_execution_tool_result"
  })
  void aToolThatTheProviderRunsIsATool(String use, String result) {
    ChatMessages messages =
        read(
            "gen_ai.output.messages",
            "[{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"I look.\"},"
                + "{\"type\":\""
                + use
                + "\",\"id\":\"s1\",\"name\":\"find\",\"input\":{\"q\":\"x\"}},"
                + "{\"type\":\""
                + result
                + "\",\"tool_use_id\":\"s1\",\"content\":[{\"type\":\"text\",\"text\":\"y\"}]}]}]");
    assertThat(messages.output())
        .singleElement()
        .satisfies(
            message ->
                assertThat(message.parts())
                    .containsExactly(
                        new MessagePart.Text("I look."),
                        new MessagePart.ToolCall("s1", "find", "{\"q\":\"x\"}"),
                        new MessagePart.ToolResult("s1", null, "y", false)));
  }

  @Test
  void aSummaryOfThoughtsCountsWhereTheThoughtsAreKeptBack() {
    ChatMessages messages =
        read(
            "gen_ai.output.messages",
            "[{\"type\":\"reasoning\",\"id\":\"rs_1\",\"content\":[],"
                + "\"summary\":[{\"type\":\"summary_text\",\"text\":\"Cheapest first.\"}]},"
                + "{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":\"pay\","
                + "\"arguments\":\"{}\"}]");
    assertThat(messages.output())
        .flatExtracting(ChatMessage::parts)
        .contains(new MessagePart.Reasoning("Cheapest first."));
  }
}
