package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.topology.Sha256;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tools that were offered to a model, in whatever JSON a sender put them. */
public final class ToolDefinitions {
  private static final int VERSION_LENGTH = 16;

  private ToolDefinitions() {}

  /** Reads an array of definitions, or an object that has one. */
  static List<ToolDefinition> read(JsonNode given) {
    JsonNode node = Json.unquoted(given);
    JsonNode list = node.isObject() ? Json.first(node, "tools", "functions") : node;
    List<ToolDefinition> tools = new ArrayList<>();
    if (Json.unquoted(list) instanceof com.fasterxml.jackson.databind.node.ArrayNode elements) {
      for (JsonNode element : elements) {
        JsonNode declared = Json.first(element, "function_declarations", "functionDeclarations");
        if (declared.isArray()) {
          tools.addAll(read(declared));
          continue;
        }
        ToolDefinition tool = definition(Json.unquoted(element));
        if (tool != null) {
          tools.add(tool);
        }
      }
    }
    return tools;
  }

  private static @Nullable ToolDefinition definition(JsonNode given) {
    JsonNode node = given.path("tool").isObject() ? given.path("tool") : given;
    node = Json.unquoted(node.has("json_schema") ? node.path("json_schema") : node);
    if (node.path("function").isObject()) {
      node = node.path("function");
    }
    if (node.isTextual()) {
      return new ToolDefinition(node.textValue(), Json.canonical(node));
    }
    String name = Json.text(Json.first(node, "name", "toolName"));
    if (name == null || name.isEmpty()) {
      return null;
    }
    ObjectNode canonical = JsonNodeFactory.instance.objectNode();
    canonical.put("name", name);
    JsonNode description = Json.first(node, "description");
    if (!description.isMissingNode()) {
      canonical.set("description", description);
    }
    JsonNode parameters =
        Json.unquoted(
            Json.first(node, "parameters", "input_schema", "inputSchema", "schema", "args"));
    if (!parameters.isMissingNode()) {
      canonical.set("parameters", parameters);
    }
    return new ToolDefinition(name, Json.canonical(canonical));
  }

  /**
   * A version of a set of tools that nobody gave one: a hash of their definitions, in whatever
   * order they were offered. Null for none.
   */
  public static @Nullable String version(List<ToolDefinition> tools) {
    if (tools.isEmpty()) {
      return null;
    }
    List<String> definitions = new ArrayList<>();
    for (ToolDefinition tool : tools) {
      definitions.add(tool.canonicalJson());
    }
    definitions.sort(null);
    return "sha256:" + Sha256.hexOf(String.join("\n", definitions)).substring(0, VERSION_LENGTH);
  }
}
