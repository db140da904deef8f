package dev.recount.connectors.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTokensTest {
  private static final String TOKEN = "sk-lf-3f1c";
  private static final String PAIR = "pk-lf-11:sk-lf-22";

  private final AccessTokens tokens = AccessTokens.of(List.of("another", TOKEN, PAIR));

  private static RequestHeaders with(String header, String value) {
    return RequestHeaders.of(HttpMethod.POST, "/", header, value);
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "authorization, Bearer sk-lf-3f1c",
    "authorization, bearer  sk-lf-3f1c",
    "authorization, sk-lf-3f1c",
    "authorization, Api-Token sk-lf-3f1c",
    "x-api-key, sk-lf-3f1c",
    "api-key, sk-lf-3f1c",
    "api_key, another",
    "wandb-api-key, sk-lf-3f1c",
    "x-honeycomb-team, sk-lf-3f1c"
  })
  void everyShapeInWhichSdksShowTheirKeyIsTaken(String header, String value) {
    assertThat(tokens.admits(with(header, value))).isTrue();
  }

  @Test
  void basicCredentialsAreTakenByThePasswordOrAsAPair() {
    assertThat(tokens.admits(with("authorization", basic("pk-lf-x:" + TOKEN)))).isTrue();
    assertThat(tokens.admits(with("authorization", basic(PAIR)))).isTrue();
    assertThat(tokens.admits(with("authorization", basic("pk-lf-11:sk-lf-2")))).isFalse();
    assertThat(tokens.admits(with("authorization", basic(TOKEN + ":")))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "authorization, Bearer sk-lf-3f1",
    "authorization, Bearer sk-lf-3f1cc",
    "authorization, Bearer SK-LF-3F1C",
    "authorization, Bearer",
    "authorization, Basic ???",
    "authorization, ''",
    "x-api-key, ''",
    "x-other-key, sk-lf-3f1c"
  })
  void anythingElseIsNot(String header, String value) {
    assertThat(tokens.admits(with(header, value))).isFalse();
  }

  @Test
  void nobodyIsLockedOutByNoToken(@TempDir Path folder) throws IOException {
    Path empty = Files.writeString(folder.resolve("tokens"), "# none yet\n\n");
    assertThatThrownBy(() -> AccessTokens.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> AccessTokens.inFile(empty, List.of()))
        .hasMessage("There is no token in " + empty);
    assertThatThrownBy(() -> AccessTokens.inFile(folder.resolve("absent"), List.of()))
        .hasMessageContaining("absent");
  }

  @Test
  void aFileThatChangesIsReadAgainAndOneThatGoesLeavesItsTokens(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("tokens"), "# first\nfirst-token\n");
    AccessTokens changing = AccessTokens.inFile(file, List.of("fixed"));
    assertThat(changing.admits(with("x-api-key", "first-token"))).isTrue();

    Files.writeString(file, "  second-token  \n");

    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> changing.admits(with("x-api-key", "second-token")));
    assertThat(changing.admits(with("x-api-key", "first-token"))).isFalse();
    assertThat(changing.admits(with("x-api-key", "fixed"))).isTrue();
    Files.delete(file);
    await()
        .during(Duration.ofMillis(1500))
        .atMost(Duration.ofSeconds(60))
        .until(() -> changing.admits(with("x-api-key", "second-token")));
  }

  @Test
  void itsTextFormShowsNoToken() {
    assertThat(tokens.toString()).isEqualTo("AccessTokens[3]");
  }
}
