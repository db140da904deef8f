package dev.recount.topology.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Prices and context limits of models. Immutable. A table is text: {@code
 * model,input,output,cache_read,cache_write,context_limit} with prices in US dollars per million
 * tokens, empty where not known, {@code #} before remarks. All sums are of whole numbers.
 */
public final class ModelTable {
  private static final String STANDARD_RESOURCE = "models.csv";
  private static final int COLUMNS = 6;

  /** A price in dollars per million tokens has this many decimals at most: picodollars a token. */
  private static final int PRICE_DECIMALS = 6;

  private static final long PICO_PER_NANO = 1000;

  /** Who serves a model, and the version that it is served in. */
  private static final Pattern PREFIX = Pattern.compile("^(?:.*/|(?:[a-z]{2,6}\\.)?anthropic\\.)");

  private static final Pattern SUFFIX =
      Pattern.compile(
          "(?:[-@](?:20[0-9]{2}-?[0-9]{2}-?[0-9]{2}|latest)(?:-v[0-9]+)?(?::[0-9]+)?"
              + "|-v[0-9]+:[0-9]+)$");

  private static final ModelTable STANDARD = parse(resource());

  /** Prices in picodollars a token; null where not known. */
  private record Model(
      @Nullable Long input,
      @Nullable Long output,
      @Nullable Long cacheRead,
      @Nullable Long cacheWrite,
      @Nullable Long contextLimit) {}

  private final Map<String, Model> models;

  private ModelTable(Map<String, Model> models) {
    this.models = models;
  }

  /** The table that comes with Recount. */
  public static ModelTable standard() {
    return STANDARD;
  }

  /**
   * The standard table with a user's own rows before it.
   *
   * @throws IllegalArgumentException when a row is malformed; the message names the line
   */
  public static ModelTable standardWith(String rows) {
    Map<String, Model> models = new HashMap<>(STANDARD.models);
    models.putAll(parse(rows).models);
    return new ModelTable(models);
  }

  private static ModelTable parse(String text) {
    Map<String, Model> models = new HashMap<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#") || line.startsWith("model,")) {
        continue;
      }
      String[] cells = line.split(",", -1);
      if (cells.length != COLUMNS || cells[0].isBlank()) {
        throw new IllegalArgumentException(
            "Line "
                + (i + 1)
                + " of the table of models has "
                + cells.length
                + " columns; wanted are model,input,output,cache_read,cache_write,context_limit");
      }
      try {
        models.put(
            cells[0].strip().toLowerCase(Locale.ROOT),
            new Model(
                price(cells[1]),
                price(cells[2]),
                price(cells[3]),
                price(cells[4]),
                cells[5].isBlank() ? null : Long.valueOf(cells[5].strip())));
      } catch (ArithmeticException | NumberFormatException malformed) {
        throw new IllegalArgumentException(
            "Line "
                + (i + 1)
                + " of the table of models: a price is a number of dollars with up to "
                + PRICE_DECIMALS
                + " decimals, a context limit a whole number",
            malformed);
      }
    }
    return new ModelTable(models);
  }

  private static @Nullable Long price(String cell) {
    if (cell.isBlank()) {
      return null;
    }
    long price = new BigDecimal(cell.strip()).movePointRight(PRICE_DECIMALS).longValueExact();
    if (price < 0) {
      throw new NumberFormatException("negative");
    }
    return price;
  }

  private static String resource() {
    try (InputStream table = ModelTable.class.getResourceAsStream(STANDARD_RESOURCE)) {
      if (table == null) {
        throw new IllegalStateException(STANDARD_RESOURCE + " is not on the class path");
      }
      return new String(table.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * What a call cost, in billionths of a US dollar.
   *
   * @param model name as the provider or a gateway spells it, with or without a date
   * @return null when the model or one of the prices that it takes is not known
   */
  public @Nullable Long costNanoUsd(@Nullable String model, Tokens tokens) {
    Model known = find(model);
    if (known == null || tokens.input() == null || tokens.output() == null) {
      return null;
    }
    try {
      long cost = 0;
      cost = Math.addExact(cost, cost(tokens.fresh(), known.input()));
      cost = Math.addExact(cost, cost(tokens.cacheRead(), known.cacheRead()));
      cost = Math.addExact(cost, cost(tokens.cacheWrite(), known.cacheWrite()));
      cost = Math.addExact(cost, cost(tokens.output(), known.output()));
      return (cost + PICO_PER_NANO / 2) / PICO_PER_NANO;
    } catch (ArithmeticException notKnownOrTooLarge) {
      return null;
    }
  }

  private static long cost(@Nullable Long tokens, @Nullable Long price) {
    if (tokens == null || tokens == 0) {
      return 0;
    }
    if (price == null) {
      throw new ArithmeticException("no price");
    }
    return Math.multiplyExact(tokens, price);
  }

  /** Tokens that a model's window holds; null when it is not known. */
  public @Nullable Long contextLimit(@Nullable String model) {
    Model known = find(model);
    return known == null ? null : known.contextLimit();
  }

  /** A model by its name, else without who serves it, else without its date. */
  private @Nullable Model find(@Nullable String name) {
    if (name == null || name.length() > 200) {
      return null;
    }
    String model = name.strip().toLowerCase(Locale.ROOT);
    Model found = models.get(model);
    if (found == null) {
      model = PREFIX.matcher(model).replaceFirst("");
      found = models.get(model);
    }
    if (found == null) {
      Matcher suffix = SUFFIX.matcher(model);
      found = suffix.find() ? models.get(model.substring(0, suffix.start())) : null;
    }
    return found;
  }
}
