package dev.recount.sinks.clickhouse.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.client.api.ClientMisconfigurationException;
import com.clickhouse.client.api.ServerException;
import java.net.ConnectException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailureKindTest {
  private static FailureKind server(int code, int status) {
    return FailureKind.of(
        new RuntimeException(new ServerException(code, "refused", status, "query-1")));
  }

  @ParameterizedTest
  @ValueSource(ints = {202, 241, 242, 243, 252, 999})
  void anOverloadedServerIsWorthWaitingFor(int code) {
    assertThat(server(code, 500)).isEqualTo(FailureKind.RETRIABLE);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void aProxyThatCannotServeIsWorthWaitingFor(int status) {
    assertThat(server(0, status)).isEqualTo(FailureKind.RETRIABLE);
  }

  @ParameterizedTest
  @ValueSource(ints = {33, 53, 117, 131, 321, 469})
  void aRowCanBeAtFault(int code) {
    assertThat(server(code, 400)).isEqualTo(FailureKind.DATA);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 60, 81, 497, 516})
  void whatSomeoneMustMendIsNeitherRetriedNorBlamedOnARow(int code) {
    assertThat(server(code, 403)).isEqualTo(FailureKind.FATAL);
  }

  @Test
  void anUnreachableServerIsWorthWaitingFor() {
    assertThat(FailureKind.of(new RuntimeException(new ConnectException("refused"))))
        .isEqualTo(FailureKind.RETRIABLE);
    assertThat(FailureKind.of(new SSLHandshakeException("Remote host terminated the handshake")))
        .isEqualTo(FailureKind.RETRIABLE);
  }

  @Test
  void anUntrustedServerIsNot() {
    SSLHandshakeException untrusted = new SSLHandshakeException("unable to find valid path");
    untrusted.initCause(new CertificateException("no path"));
    assertThat(FailureKind.of(untrusted)).isEqualTo(FailureKind.FATAL);
  }

  @Test
  void theUnexpectedStopsTheTask() {
    assertThat(FailureKind.of(new IllegalStateException())).isEqualTo(FailureKind.FATAL);
    assertThat(FailureKind.of(new ClientMisconfigurationException("no such option")))
        .isEqualTo(FailureKind.FATAL);
  }
}
