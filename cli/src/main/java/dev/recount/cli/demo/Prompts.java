package dev.recount.cli.demo;

import java.util.ArrayList;
import java.util.List;

/** What the agents are told to do, by the version of their prompt. */
final class Prompts {
  private Prompts() {}

  /** The instructions of an agent. */
  static String instructions(Profile profile) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "You are " + profile.agent() + ". Your tools: " + String.join(", ", profile.tools()) + ".");
    lines.addAll(
        switch (profile.promptVersion()) {
          case "v16" ->
              orders("Ask the inventory by product number, and look the number up first.");
          case "v17" ->
              orders("Ask the inventory by the product's name, as the customer wrote it.");
          case "v9" -> support("Pass on to a person whatever the handbook does not settle.");
          case "v10" -> support("Settle by yourself what can be settled, and pass on the rest.");
          case "v3" -> research("Read the summary of a page, and the page only where it matters.");
          default -> research("Read whole pages: what matters is often at their end.");
        });
    lines.add("Say so when you do not know. At most 12 calls per request.");
    return String.join("\n", lines);
  }

  private static List<String> orders(String rule) {
    return List.of(
        "You take orders for a shop of household goods, and see to it that they arrive.",
        rule,
        "Quote a price before you place an order, and place none above 500 EUR without consent.",
        "Never refund more than was paid, and never to another account than it was paid from.",
        "Write in the language of the customer, in at most five sentences.");
  }

  private static List<String> support(String rule) {
    return List.of(
        "You answer customers of a shop of household goods.",
        rule,
        "Quote the section of the handbook that an answer rests on.",
        "Never promise a date that the carrier has not confirmed.",
        "Be brief and friendly; apologise once, and not twice.");
  }

  private static List<String> research(String rule) {
    return List.of(
        "You write briefs on markets for household goods.",
        rule,
        "Name the source of every figure, and do your sums with the calculator.",
        "Leave out what only one source says, unless it is official.",
        "A brief has one page: what is known, how surely, and what is missing.");
  }
}
