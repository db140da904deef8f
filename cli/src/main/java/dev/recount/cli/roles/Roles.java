package dev.recount.cli.roles;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parts that run together. */
public final class Roles implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Roles.class);

  private final List<Role> roles = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService askers =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "recount-health");
            thread.setDaemon(true);
            return thread;
          });

  /** Takes over a part. */
  public <R extends Role> R add(R role) {
    roles.add(role);
    return role;
  }

  /** Adds what each part says of its own work to a registry. */
  void bindTo(MeterRegistry registry) {
    List.copyOf(roles).forEach(role -> role.bindTo(registry));
  }

  /** How each part is, by name. */
  public Map<String, Health> health() {
    Map<String, Future<Health>> asked = new LinkedHashMap<>();
    for (Role role : List.copyOf(roles)) {
      Callable<Health> question = role::health;
      asked.put(role.name(), askers.submit(question));
    }
    Map<String, Health> health = new LinkedHashMap<>();
    asked.forEach((name, answer) -> health.put(name, await(answer)));
    return health;
  }

  private static Health await(Future<Health> answer) {
    try {
      return answer.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Health.notReady("interrupted");
    } catch (ExecutionException failed) {
      return Health.notReady(String.valueOf(failed.getCause()));
    }
  }

  /** Whether there are parts and all of them are ready. */
  static boolean isReady(Map<String, Health> health) {
    return !health.isEmpty() && health.values().stream().allMatch(Health::ready);
  }

  /** Closes all of them at the same time: what lies between them is safe on Kafka. */
  @Override
  public void close() {
    List<Role> closing = List.copyOf(roles);
    roles.clear();
    CompletableFuture.allOf(
            closing.stream()
                .map(role -> CompletableFuture.runAsync(() -> close(role), askers))
                .toArray(CompletableFuture<?>[]::new))
        .join();
    askers.shutdownNow();
  }

  private static void close(Role role) {
    try {
      role.close();
    } catch (RuntimeException failed) {
      log.warn("{} did not stop in good order", role.name(), failed);
    }
  }
}
