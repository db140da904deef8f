package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.connectors.http.AccessTokens;
import dev.recount.connectors.http.Protection;
import dev.recount.connectors.http.ServerCertificate;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Who may send, and whether in plain text. Tokens come from the environment or a file, never from
 * arguments.
 */
public final class ProtectionOptions {
  private static final String TOKENS_VARIABLE = "RECOUNT_TOKENS";

  @Option(
      names = "--tokens-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_TOKENS_FILE}",
      description =
          "Ask senders of OTLP and feedback, and whoever looks at the page, for one of the tokens in"
              + " this file, one to a line (RECOUNT_TOKENS_FILE); read again when it changes. Further ones, separated by"
              + " commas, in RECOUNT_TOKENS.")
  private @Nullable Path tokensFile;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_TLS_CERTIFICATE}",
      description =
          "Speak TLS where OTLP and feedback are taken: PEM file of the certificate, with those"
              + " that vouch for it after it (RECOUNT_TLS_CERTIFICATE); read again when it changes.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_TLS_KEY}",
      description =
          "PEM file of the certificate's key, PKCS #8 without a password (RECOUNT_TLS_KEY).")
  private @Nullable Path key;

  /**
   * What the options ask for.
   *
   * @throws UserError when a file cannot be read, holds something else, or its other half is
   *     missing
   */
  public Protection protection() {
    return new Protection(tokens(System.getenv()), tls());
  }

  private Optional<AccessTokens> tokens(Map<String, String> environment) {
    List<String> given =
        Arrays.stream(environment.getOrDefault(TOKENS_VARIABLE, "").split(",", -1))
            .map(String::strip)
            .filter(token -> !token.isEmpty())
            .toList();
    try {
      if (tokensFile != null) {
        return Optional.of(AccessTokens.inFile(tokensFile, given));
      }
      return given.isEmpty() ? Optional.empty() : Optional.of(AccessTokens.of(given));
    } catch (IllegalArgumentException refused) {
      throw new UserError(
          String.valueOf(refused.getMessage()),
          "Put one token to a line into the file of --tokens-file, or leave the option out.",
          refused);
    }
  }

  private Optional<ServerCertificate> tls() {
    if (certificate == null && key == null) {
      return Optional.empty();
    }
    if (certificate == null || key == null) {
      throw new UserError(
          "TLS needs a certificate and its key; there is only "
              + (certificate == null ? "--tls-key" : "--tls-certificate"),
          "Give both, or neither.");
    }
    try {
      return Optional.of(ServerCertificate.of(certificate, key));
    } catch (IllegalArgumentException refused) {
      throw new UserError(
          String.valueOf(refused.getMessage()),
          "Correct --tls-certificate and --tls-key.",
          refused);
    }
  }
}
