import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import io.opentelemetry.instrumentation.openai.v1_1.OpenAITelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.List;
import java.util.Map;

/** The agent as an application writes it on a plain client: ask, call the tool, ask again. */
public final class Agent {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.initialize().getOpenTelemetrySdk();
    OpenAIClient client =
        OpenAITelemetry.builder(sdk)
            .setCaptureMessageContent(true)
            .build()
            .wrap(OpenAIOkHttpClient.fromEnv());
    ChatCompletionCreateParams.Builder request =
        ChatCompletionCreateParams.builder()
            .model("gpt-4o-mini")
            .addSystemMessage("You are the order agent. Look up an order before you refund it.")
            .addUserMessage("Please refund my order A-1042.")
            .addFunctionTool(function("lookup_order", "Looks up an order by its number.", "order_id"))
            .addFunctionTool(function("refund_order", "Refunds an order.", "order_id", "amount"));
    while (true) {
      ChatCompletion completion = client.chat().completions().create(request.build());
      ChatCompletionMessage message = completion.choices().get(0).message();
      request.addMessage(message);
      List<ChatCompletionMessageToolCall> calls = message.toolCalls().orElse(List.of());
      if (calls.isEmpty()) {
        break;
      }
      for (ChatCompletionMessageToolCall call : calls) {
        var function = call.asFunction();
        String result =
            run(function.function().name(), JSON.readTree(function.function().arguments()));
        request.addMessage(
            ChatCompletionToolMessageParam.builder()
                .toolCallId(function.id())
                .content(result)
                .build());
      }
    }
    sdk.close();
    client.close();
  }

  private static String run(String tool, JsonNode arguments) throws Exception {
    String order = arguments.get("order_id").textValue();
    if (tool.equals("lookup_order")) {
      return JSON.writeValueAsString(
          JSON.createObjectNode()
              .put("order_id", order)
              .put("status", "delivered")
              .put("total", 59.9));
    }
    return "Error: refund window of order " + order + " is closed";
  }

  private static FunctionDefinition function(String name, String description, String... names) {
    Map<String, Map<String, String>> properties = new java.util.LinkedHashMap<>();
    for (String property : names) {
      properties.put(property, Map.of("type", property.equals("amount") ? "number" : "string"));
    }
    return FunctionDefinition.builder()
        .name(name)
        .description(description)
        .parameters(
            FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty("properties", JsonValue.from(properties))
                .putAdditionalProperty("required", JsonValue.from(List.of(names)))
                .build())
        .build();
  }
}
