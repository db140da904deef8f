package dev.recount.cli.bisect.statistics;

/** What a version is a version of, with the columns of a trace's row that say so. */
public enum Dimension {
  /** The agent that ran. */
  AGENT("agent", "agent_name", "agent_version"),
  /** The model that was asked; its name is its version. */
  MODEL("model", "", "model"),
  /** The prompt. */
  PROMPT("prompt", "prompt_name", "prompt_version"),
  /** The definitions of the tools. */
  TOOL_SCHEMA("tool schema", "", "tool_schema_version"),
  /** The index that memories are retrieved from. */
  MEMORY_INDEX("memory index", "", "memory_index_version"),
  /** The framework that the agent is built with. */
  FRAMEWORK("framework", "framework", "framework_version");

  private final String label;
  private final String nameColumn;
  private final String versionColumn;

  Dimension(String label, String nameColumn, String versionColumn) {
    this.label = label;
    this.nameColumn = nameColumn;
    this.versionColumn = versionColumn;
  }

  /** What people call it. */
  public String label() {
    return label;
  }

  /** The column of the name, without which a version means nothing; empty where there is none. */
  public String nameColumn() {
    return nameColumn;
  }

  /** The column of the version. */
  public String versionColumn() {
    return versionColumn;
  }
}
