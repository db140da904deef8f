package dev.recount.schemas.redaction;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** The detectors that have a name. The order is that in which they are asked. */
final class Detectors {
  private static final int SHORTEST_NUMBER = 7;
  private static final String DIGITS = "0123456789";
  private static final String LETTERS_AND_DIGITS =
      DIGITS + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  private static final Map<String, Detector> BY_NAME = new LinkedHashMap<>();

  /** Names that stand for several. */
  static final Map<String, List<String>> GROUPS;

  static {
    key(
        "private_key",
        // Headers of an old form have hyphens, but no two in a row.
        "-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-[^-])*"
            + "(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)?",
        "-----BEGIN");
    key("jwt", "\\beyJ[A-Za-z0-9_-]{5,}\\.eyJ[A-Za-z0-9_-]{5,}\\.[A-Za-z0-9_-]*", "eyJ");
    key("aws_key", "\\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\\b", "AKIA", "ASIA", "AROA", "AIDA");
    key(
        "aws_secret",
        "(?:[Ss]ecret_?[Aa]ccess_?[Kk]ey|SECRET_ACCESS_KEY)[\"']?\\s*[=:]\\s*[\"']?"
            + "([A-Za-z0-9/+]{40})",
        "ecret",
        "SECRET");
    key(
        "github_token",
        "\\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})",
        "gh",
        "github_pat_");
    key("gitlab_token", "\\bglpat-[A-Za-z0-9_-]{20,}", "glpat-");
    key("anthropic_key", "\\bsk-ant-[A-Za-z0-9_-]{16,}", "sk-ant-");
    key("openai_key", "\\bsk-[A-Za-z0-9_-]{20,}", "sk-");
    key(
        "slack_token",
        "\\b(?:xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,})"
            + "|hooks\\.slack\\.com/services/[A-Za-z0-9/]{20,}",
        "xox",
        "xapp-",
        "hooks.slack");
    key(
        "google_key",
        "\\b(?:AIza[A-Za-z0-9_-]{35}|ya29\\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,})",
        "AIza",
        "ya29.",
        "GOCSPX-");
    key(
        "stripe_key",
        "\\b(?:(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9]{20,})",
        "_live_",
        "_test_",
        "whsec_");
    key("huggingface_token", "\\bhf_[A-Za-z0-9]{30,}", "hf_");
    key("langsmith_key", "\\blsv2_[a-z]{2}_[0-9a-f]{32}_[0-9a-f]{10}", "lsv2_");
    key("npm_token", "\\bnpm_[A-Za-z0-9]{36}", "npm_");
    key("bearer_token", "\\b(?:[Bb]earer|BEARER)\\s+([A-Za-z0-9._~+/=-]{16,})", "earer", "BEARER");
    key("url_password", "://[^/\\s:@\"]+:([^/\\s:@\"]+)@", "://");
    List<String> keys = List.copyOf(BY_NAME.keySet());
    add(
        Detector.inRuns(
                "email",
                contains("@"),
                LETTERS_AND_DIGITS + "._%+'-@",
                contains("@"),
                "[A-Za-z0-9._%+'-]*[A-Za-z0-9_%+-]@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*"
                    + "\\.[A-Za-z]{2,}")
            .withCanonical(email -> email.toLowerCase(Locale.ROOT)));
    add(new Detector("card", Detectors::holdsANumber, CardNumbers::find, Detectors::digitsOf));
    add(
        Detector.inRuns(
                "phone",
                Detectors::holdsANumber,
                DIGITS + " .-()+",
                Detectors::holdsANumber,
                "\\+[1-9][0-9]{0,2}[ .-]?(?:\\([0-9]{1,4}\\)[ .-]?)?[0-9]{1,5}"
                    + "(?:[ .-]?[0-9]{2,5}){1,4}\\b"
                    + "|\\([2-9][0-9]{2}\\) ?[0-9]{3}[ .-][0-9]{4}\\b"
                    + "|\\b[2-9][0-9]{2}[.-][0-9]{3}[.-][0-9]{4}\\b")
            .withCanonical(Detectors::digitsOf));
    GROUPS = Map.of("keys", keys, "all", List.copyOf(BY_NAME.keySet()));
  }

  private Detectors() {}

  /** All of them by name. */
  static Map<String, Detector> byName() {
    return BY_NAME;
  }

  /**
   * A detector of keys.
   *
   * @param literals of which one is in every such key
   */
  private static void key(String name, String expression, String... literals) {
    add(Detector.byPattern(name, contains(literals), expression));
  }

  private static void add(Detector detector) {
    BY_NAME.put(detector.name(), detector);
  }

  private static Predicate<String> contains(String... literals) {
    return text -> {
      for (String literal : literals) {
        if (text.contains(literal)) {
          return true;
        }
      }
      return false;
    };
  }

  private static String digitsOf(String text) {
    return text.replaceAll("[^0-9]", "");
  }

  private static boolean holdsANumber(String text) {
    int digits = 0;
    for (int i = 0; i < text.length() && digits < SHORTEST_NUMBER; i++) {
      char character = text.charAt(i);
      digits += character >= '0' && character <= '9' ? 1 : 0;
    }
    return digits == SHORTEST_NUMBER;
  }
}
