package dev.recount.cli.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.cli.demo.DemoStack;
import dev.recount.cli.demo.UnusualTraces;
import dev.recount.cli.deploy.Repository;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The page in a real browser: web/src/test/page/page.test.mjs, each of its tests a test here. Needs
 * a Chromium on the path, or named by RECOUNT_BROWSER; Debian's package is {@code chromium}.
 */
@ExtendWith(DemoStack.Provider.class)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class BrowserTest {
  private static final Path WEB = Repository.root().resolve("web");
  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell");
  private static final Pattern RESULT =
      Pattern.compile("^(not )?ok \\d+ - (.*?)( # SKIP.*)?$", Pattern.MULTILINE);
  private static final int PATIENCE_SECONDS = 420;

  @TestFactory
  Stream<DynamicTest> page(DemoStack stack) throws IOException, InterruptedException {
    Optional<Path> browser = browser();
    assumeTrue(browser.isPresent(), "There is no Chromium here: apt-get install chromium");
    assumeTrue(
        Files.exists(WEB.resolve("node_modules/playwright-core")),
        "The page was not built here: there is no playwright-core");
    // Kept: it says how long things took, too.
    Path log = Files.createDirectories(Path.of("target")).resolve("page.tap");
    ProcessBuilder builder =
        new ProcessBuilder("node", "--test", "--test-reporter=tap", "src/test/page/page.test.mjs")
            .directory(WEB.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment(stack, browser.get()));
    Process process = builder.start();
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    String output = Files.readString(log);
    assertThat(ended).as(output).isTrue();
    List<DynamicTest> tests = tests(output);
    assertThat(tests).as(output).hasSizeGreaterThan(5);
    return tests.stream();
  }

  private static Map<String, String> environment(DemoStack stack, Path browser) throws IOException {
    Map<String, Object> samples =
        Map.of(
            "url", stack.pipeline().controlUrl(),
            "loop", one(stack, "has(flags, 'tool_loop') AND agent_version = '2.4.1'"),
            "crowded", one(stack, "has(flags, 'context_truncated')"),
            "overfull", one(stack, "has(flags, 'instruction_lost')"),
            "unjudged", one(stack, "empty(feedback_ids)"),
            "failed", count(stack, "status = 'error'"),
            "traces", count(stack, "1"),
            "long", UnusualTraces.LONG,
            "hostile", UnusualTraces.HOSTILE);
    return Map.of(
        "RECOUNT_BROWSER",
        browser.toString(),
        "RECOUNT_SAMPLES",
        JsonMapper.builder().build().writeValueAsString(samples));
  }

  private static String one(DemoStack stack, String condition) {
    return stack
        .clickHouse()
        .rows(
            "SELECT trace_id FROM traces_latest WHERE environment = 'demo' AND "
                + condition
                + " ORDER BY trace_id LIMIT 1",
            Map.of())
        .get(0)
        .path("trace_id")
        .asText();
  }

  private static long count(DemoStack stack, String condition) {
    return stack
        .clickHouse()
        .rows("SELECT count() AS n FROM traces_latest WHERE " + condition, Map.of())
        .get(0)
        .path("n")
        .asLong();
  }

  private static List<DynamicTest> tests(String output) {
    List<DynamicTest> tests = new ArrayList<>();
    RESULT
        .matcher(output)
        .results()
        .forEach(
            result ->
                tests.add(
                    DynamicTest.dynamicTest(
                        result.group(2), () -> assertThat(result.group(1)).as(output).isNull())));
    return tests;
  }

  private static Optional<Path> browser() {
    String named = System.getenv("RECOUNT_BROWSER");
    if (named != null && !named.isBlank()) {
      return Optional.of(Path.of(named));
    }
    String path = System.getenv().getOrDefault("PATH", "");
    return BROWSERS.stream()
        .flatMap(
            name -> Stream.of(path.split(File.pathSeparator, -1)).map(dir -> Path.of(dir, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
