package dev.recount.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidator;
import org.apache.avro.SchemaValidatorBuilder;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The contracts are documented, and compatible with every released version of themselves. */
class ContractsTest {
  /** One folder per release, in it one file per topic value. */
  private static final Path RELEASED = Path.of("src/released");

  private static List<Topic> topicsWithContracts() {
    return Topics.withPrefix("").all().stream().filter(topic -> topic.value().isPresent()).toList();
  }

  @TestFactory
  Stream<DynamicTest> everyTypeAndFieldIsDocumented() {
    return topicsWithContracts().stream()
        .map(
            topic ->
                DynamicTest.dynamicTest(
                    topic.name(),
                    () ->
                        assertThat(undocumented(topic.value().orElseThrow(), new HashSet<>()))
                            .isEmpty()));
  }

  @TestFactory
  Stream<DynamicTest> everyContractReadsWhatEveryReleaseWrote() throws IOException {
    SchemaValidator backwardTransitive =
        new SchemaValidatorBuilder().canReadStrategy().validateAll();
    List<DynamicTest> tests = new ArrayList<>();
    for (Topic topic : topicsWithContracts()) {
      List<Schema> released = released(topic.name());
      tests.add(
          DynamicTest.dynamicTest(
              topic.name(),
              () -> {
                assertThat(released).as("released versions of %s", topic.name()).isNotEmpty();
                backwardTransitive.validate(topic.value().orElseThrow(), released);
              }));
    }
    return tests.stream();
  }

  private static List<Schema> released(String topic) throws IOException {
    List<Schema> schemas = new ArrayList<>();
    try (Stream<Path> releases = Files.list(RELEASED)) {
      for (Path release : releases.sorted().toList()) {
        Path file = release.resolve(topic + ".avsc");
        if (Files.exists(file)) {
          schemas.add(new Schema.Parser().parse(Files.readString(file)));
        }
      }
    }
    return schemas;
  }

  private static List<String> undocumented(Schema schema, Set<String> seen) {
    List<String> missing = new ArrayList<>();
    switch (schema.getType()) {
      case RECORD -> {
        if (seen.add(schema.getFullName())) {
          if (schema.getDoc() == null) {
            missing.add(schema.getFullName());
          }
          for (Schema.Field field : schema.getFields()) {
            if (field.doc() == null || field.doc().isBlank()) {
              missing.add(schema.getFullName() + "." + field.name());
            }
            missing.addAll(undocumented(field.schema(), seen));
          }
        }
      }
      case ENUM -> {
        if (schema.getDoc() == null) {
          missing.add(schema.getFullName());
        }
      }
      case UNION -> schema.getTypes().forEach(type -> missing.addAll(undocumented(type, seen)));
      case ARRAY -> missing.addAll(undocumented(schema.getElementType(), seen));
      case MAP -> missing.addAll(undocumented(schema.getValueType(), seen));
      case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL, FIXED -> {}
    }
    return missing;
  }
}
