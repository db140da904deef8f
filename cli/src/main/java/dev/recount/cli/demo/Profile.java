package dev.recount.cli.demo;

import java.util.List;

/**
 * One version of one agent of the fleet.
 *
 * @param agent name of the agent
 * @param version its version
 * @param promptName name of its prompt
 * @param promptVersion version of its prompt
 * @param model model that it asks
 * @param contextLimit tokens that the agent lets a window have: what the model would take is more,
 *     and costs more
 * @param toolSchemaVersion version of its tool definitions
 * @param memoryIndexVersion version of the index that it retrieves from
 * @param tools the tools that it is offered
 * @param habits how often it does what
 */
record Profile(
    String agent,
    String version,
    String promptName,
    String promptVersion,
    String model,
    long contextLimit,
    String toolSchemaVersion,
    String memoryIndexVersion,
    List<String> tools,
    Habits habits) {

  /** The fleet: three agents in two versions each. */
  static List<Rollout> fleet() {
    return List.of(
        // The new version asks for stock by product name instead of number, and asks again.
        Rollout.atHalfTime(
            order("2.4.0", "v16", Habits.of(66, 12, 3, 3, 6, 6, 4)),
            order("2.4.1", "v17", Habits.of(26, 8, 6, 42, 8, 4, 6))),
        // The new version answers more by itself.
        Rollout.sideBySide(
            support("1.8.3", "v9", Habits.of(50, 8, 6, 2, 10, 22, 2)),
            support("1.9.0", "v10", Habits.of(68, 8, 4, 2, 8, 8, 2))),
        // The new version reads whole pages, and runs out of window.
        Rollout.sideBySide(
            research("0.6.0", "v3", Habits.of(60, 12, 6, 8, 10, 4, 0)),
            research("0.7.0", "v4", Habits.of(42, 10, 6, 8, 30, 4, 0))));
  }

  private static Profile order(String version, String promptVersion, Habits habits) {
    return new Profile(
        "order-agent",
        version,
        "order-handling",
        promptVersion,
        "gpt-4o",
        8_000,
        "orders-5",
        "products-2026-10",
        List.of("inventory", "price_quote", "place_order", "refund"),
        habits);
  }

  private static Profile support(String version, String promptVersion, Habits habits) {
    return new Profile(
        "support-agent",
        version,
        "support-desk",
        promptVersion,
        "gpt-4o-mini",
        8_000,
        "support-3",
        "handbook-41",
        List.of("knowledge_search", "order_status", "create_ticket", "transfer_to_human"),
        habits);
  }

  private static Profile research(String version, String promptVersion, Habits habits) {
    return new Profile(
        "research-agent",
        version,
        "research-brief",
        promptVersion,
        "o4-mini",
        16_000,
        "research-2",
        "library-7",
        List.of("web_search", "fetch_page", "calculator"),
        habits);
  }

  /** How the agent tells itself apart in a table. */
  String label() {
    return agent + " " + version;
  }
}
