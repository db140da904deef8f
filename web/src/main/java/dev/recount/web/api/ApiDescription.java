package dev.recount.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.query.TraceFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The calls in the words of OpenAPI 3.1, made from them: there is nothing to keep in step. */
final class ApiDescription {
  private static final String NO_TOKEN = "A token is asked for, and there is none.";
  private static final String OTHER_SITE =
      "Sent by a browser for another site's page, or by a name that is not ours.";

  private ApiDescription() {}

  static ObjectNode of(List<ApiCall> calls) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("openapi", "3.1.0");
    document
        .putObject("info")
        .put("title", "Recount")
        .put("version", "1")
        .put(
            "description",
            "What the page shows. Reads only: feedback goes to POST /v1/feedback. Times are"
                + " microseconds since the epoch where a name ends in _us. Parameters whose values"
                + " hold control characters, which no address may, go into encoded: there they"
                + " are encoded once more.");
    document.putArray("servers").addObject().put("url", ApiService.PREFIX);
    ObjectNode paths = document.putObject("paths");
    for (ApiCall call : calls) {
      describe(paths.putObject(call.path()).putObject("get"), call);
    }
    feedback(paths.putObject("/v1/feedback"));
    ObjectNode components = document.putObject("components");
    components
        .putObject("securitySchemes")
        .putObject("token")
        .put("type", "http")
        .put("scheme", "bearer");
    ObjectNode error = components.putObject("schemas").putObject("Error").put("type", "object");
    ObjectNode fields = error.putObject("properties");
    fields.putObject("message").put("type", "string");
    fields.putObject("parameter").put("type", "string");
    fields
        .putObject("errors")
        .put("type", "array")
        .put("description", "Of the feedback door: what is wrong with which event.")
        .putObject("items")
        .put("type", "object");
    ArrayNode security = document.putArray("security");
    security.addObject();
    security.addObject().putArray("token");
    return document;
  }

  /** The door that everybody's feedback goes through. It is beside the interface, not under it. */
  private static void feedback(ObjectNode path) {
    path.putArray("servers").addObject().put("url", "/");
    ObjectNode post = path.putObject("post");
    post.put("summary", "Takes feedback: one event, or an array of events.");
    post.putObject("requestBody")
        .put("required", true)
        .putObject("content")
        .putObject("application/json")
        .putObject("schema")
        .putArray("type")
        .add("object")
        .add("array");
    ObjectNode answers = post.putObject("responses");
    answers
        .putObject("200")
        .put("description", "Kafka has every event: their feedback_ids.")
        .putObject("content")
        .putObject("application/json")
        .putObject("schema")
        .put("type", "object");
    failure(answers, "400", "Something is wrong with an event, and none was taken.");
    failure(answers, "401", NO_TOKEN);
    failure(answers, "403", OTHER_SITE + " Or without TLS, where there is TLS.");
    failure(answers, "503", "Kafka cannot take it now; Retry-After says when to try again.");
  }

  private static void describe(ObjectNode get, ApiCall call) {
    get.put("summary", call.summary());
    List<ApiParameter> all = new ArrayList<>(call.parameters());
    if (call.filtered()) {
      all.addAll(ApiParameter.ofFilter(TraceFilter.TEXTS, TraceFilter.FLAGS));
    }
    ArrayNode parameters = get.putArray("parameters");
    all.forEach(parameter -> describe(parameters.addObject(), parameter, call));
    ObjectNode answers = get.putObject("responses");
    ObjectNode content =
        answers.putObject("200").put("description", call.summary()).putObject("content");
    if (call.answer().isEmpty() && !call.path().endsWith("choices")) {
      content.putObject("text/plain").putObject("schema").put("type", "string");
    } else {
      ObjectNode schema = content.putObject("application/json").putObject("schema");
      ObjectNode fields = schema.put("type", "object").putObject("properties");
      new TreeMap<>(call.answer())
          .forEach((name, meaning) -> fields.putObject(name).put("description", meaning));
    }
    failure(answers, "400", "A parameter cannot be taken.");
    failure(answers, "401", NO_TOKEN);
    failure(answers, "403", OTHER_SITE);
    failure(answers, "404", "It is not there; the message says why.");
    failure(answers, "503", "What it is read from does not answer now.");
  }

  private static void failure(ObjectNode answers, String status, String description) {
    answers
        .putObject(status)
        .put("description", description)
        .putObject("content")
        .putObject("application/json")
        .putObject("schema")
        .put("$ref", "#/components/schemas/Error");
  }

  private static void describe(ObjectNode node, ApiParameter parameter, ApiCall call) {
    boolean inPath = call.path().contains("{" + parameter.name() + "}");
    node.put("name", parameter.name())
        .put("in", inPath ? "path" : "query")
        .put("required", parameter.required())
        .put("description", parameter.description());
    ObjectNode schema = node.putObject("schema");
    ObjectNode element = parameter.many() ? schema.put("type", "array").putObject("items") : schema;
    element.put("type", parameter.type());
    if (!parameter.words().isEmpty()) {
      ArrayNode words = element.putArray("enum");
      parameter.words().forEach(words::add);
    }
  }
}
