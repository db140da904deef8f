package dev.recount.cli.demo;

/** What happens in one run of an agent. */
enum Scenario {
  /** Everything works. */
  SUCCESS,
  /** A tool fails once; the agent gets over it. */
  TOOL_FAILURE,
  /** A tool fails and takes the run down with it. */
  FATAL_FAILURE,
  /** The agent calls one tool with the same arguments again and again, and gives up. */
  TOOL_LOOP,
  /** The context window fills up, parts of it are cut, and the answer suffers. */
  CONTEXT_PRESSURE,
  /** The agent hands over to a person. */
  ESCALATION,
  /** What the agent did is undone later. */
  ROLLBACK
}
