package dev.recount.cli.demo;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Made-up text for windows: the same for the same key, and of any length. */
final class Passages {
  private static final List<String> PRODUCTS =
      List.of(
          "travel mug",
          "desk lamp",
          "rain jacket",
          "tea kettle",
          "bicycle bell",
          "wool blanket",
          "garden hose",
          "field notebook",
          "camping stove",
          "step ladder");

  /** Sentences by what they come from; @ stands for a product, # for a number. */
  private static final Map<String, List<String>> SENTENCES =
      Map.ofEntries(
          Map.entry(
              "inventory",
              List.of(
                  "@, product number #-#: # in stock on shelf #, # of them reserved.",
                  "@, product number #-#: none left; # pieces arrive in # days.")),
          Map.entry(
              "price_quote",
              List.of(
                  "@: #.50 EUR a piece, from # pieces on #.20 EUR, valid for # days.",
                  "@: no discount below # pieces; freight is # EUR for the first # kg.")),
          Map.entry(
              "place_order",
              List.of("Position #: # x @ for #.90 EUR, parcel # of #, there within # days.")),
          Map.entry(
              "refund", List.of("Entry #: # x @ taken back, #.90 EUR to be paid within # days.")),
          Map.entry(
              "knowledge_search",
              List.of(
                  "Article #: what to ask of a customer whose @ came damaged, in # steps.",
                  "Article #: the warranty on a @ ends after # months; see section #.")),
          Map.entry(
              "order_status",
              List.of("Order #-#: # x @ left the warehouse # hours ago, carrier's number #-#.")),
          Map.entry(
              "web_search",
              List.of("Result #: the @ in a test of # models, by # editors, read # times.")),
          Map.entry(
              "fetch_page",
              List.of(
                  "Paragraph #. Of # households that were asked, # own a @, and # mean to buy one.",
                  "Paragraph #. The @ was sold # times in the year, # of them second-hand.")),
          Map.entry("calculator", List.of("Row #: # x # = # for the @, rounded to # places.")),
          Map.entry(
              "products",
              List.of("The @ comes in # colours, weighs # g and carries product number #-#.")),
          Map.entry(
              "handbook",
              List.of(
                  "Section #.#: a @ is replaced within # days when a picture shows the damage.")),
          Map.entry(
              "library",
              List.of("Note #: sales of the @ rose by # per cent while # shops gave it up.")),
          Map.entry(
              "thoughts",
              List.of("What was said of the @ does not fit number #; it may be meant for #.")));

  private static final List<String> OTHERS =
      List.of("Line #: the @ has been dealt with, case #-#.");

  private Passages() {}

  /**
   * A text.
   *
   * @param topic what it comes from: a tool, or an index
   * @param key a longer text of the same topic and key begins with the shorter one
   * @param length characters, all of them Latin
   */
  static String of(String topic, String key, int length) {
    List<String> sentences = SENTENCES.getOrDefault(topic, OTHERS);
    SplittableRandom random = new SplittableRandom(key.hashCode());
    StringBuilder text = new StringBuilder(length + 120);
    while (text.length() < length) {
      if (!text.isEmpty()) {
        text.append('\n');
      }
      sentence(sentences.get(random.nextInt(sentences.size())), random, text);
    }
    text.setLength(length);
    return text.toString();
  }

  private static void sentence(String pattern, SplittableRandom random, StringBuilder text) {
    for (int i = 0; i < pattern.length(); i++) {
      char character = pattern.charAt(i);
      switch (character) {
        case '@' -> text.append(PRODUCTS.get(random.nextInt(PRODUCTS.size())));
        case '#' -> text.append(2 + random.nextInt(98));
        default -> text.append(character);
      }
    }
  }
}
