package dev.recount.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoleHealthTest {
  private final List<Server> servers = new ArrayList<>();
  private final ObjectNode roles = JsonNodeFactory.instance.objectNode();

  @AfterEach
  void stop() {
    servers.forEach(Server::close);
  }

  @Test
  void severalServersOfOneRoleAreEachTold() {
    String first = server(true, "topology", "RUNNING");
    String second = server(false, "topology", "REBALANCING");
    String sinks = server(true, "sinks", "RUNNING, tasks: 1");
    assertThat(new RoleHealth().of(List.of(first, second, sinks), roles)).isFalse();
    assertThat(roles.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "topology at " + authority(first), "topology at " + authority(second), "sinks");
    JsonNode unready = roles.path("topology at " + authority(second));
    assertThat(unready.path("ready").asBoolean()).isFalse();
    assertThat(unready.path("detail").asText()).isEqualTo("REBALANCING");
  }

  @Test
  void whatIsThereAlreadyKeepsItsName() {
    roles.putObject("kafka").put("ready", true).put("detail", "seen from here");
    String there = server(false, "kafka", "seen from there");
    new RoleHealth().of(List.of(there, there), roles);
    assertThat(roles.path("kafka").path("detail").asText()).isEqualTo("seen from here");
    assertThat(roles.path("kafka at " + authority(there)).path("detail").asText())
        .isEqualTo("seen from there");
    assertThat(roles).hasSize(2);
  }

  @Test
  void whatAllServersUseIsToldOnceWhileItIsReadyToAll() {
    String first = server(true, "kafka", "kafka:9092, brokers: 3");
    String second = server(true, "kafka", "kafka:9092, brokers: 3");
    assertThat(new RoleHealth().of(List.of(first, second), roles)).isTrue();
    assertThat(roles.fieldNames()).toIterable().containsExactly("kafka");
    roles.removeAll();
    String third = server(false, "kafka", "does not answer");
    assertThat(new RoleHealth().of(List.of(first, third), roles)).isFalse();
    assertThat(roles.fieldNames())
        .toIterable()
        .containsExactly("kafka at " + authority(first), "kafka at " + authority(third));
  }

  @Test
  void aServerThatDoesNotAnswerOrIsNoneHidesNoOther() {
    String there = server(true, "sinks", "RUNNING");
    String gone = server(true, "topology", "RUNNING");
    servers.remove(1).close();
    String other = start(HttpStatus.NOT_FOUND, "<html>");
    assertThat(new RoleHealth().of(List.of(gone, other, "no URL", there), roles)).isFalse();
    assertThat(roles.path("sinks").path("ready").asBoolean()).isTrue();
    for (String url : List.of(gone, other, "no URL")) {
      assertThat(roles.path(url).path("ready").asBoolean(true)).as(url).isFalse();
      assertThat(roles.path(url).path("detail").asText()).startsWith("does not answer");
    }
  }

  private String server(boolean ready, String role, String detail) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("roles").putObject(role).put("ready", ready).put("detail", detail);
    return start(ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE, body.toString());
  }

  private String start(HttpStatus status, String body) {
    Server server =
        Server.builder()
            .http(new InetSocketAddress("127.0.0.1", 0))
            .gracefulShutdownTimeoutMillis(0, 0)
            .service("/health", (context, request) -> HttpResponse.of(status, MediaType.JSON, body))
            .build();
    server.start().join();
    servers.add(server);
    return "http://127.0.0.1:" + server.activeLocalPort();
  }

  private static String authority(String url) {
    return url.substring("http://".length());
  }
}
