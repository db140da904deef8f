package dev.recount.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Arrows between modules point one way: cli → connectors, topology, sinks, local → schemas, and cli
 * → web, which knows none of them.
 */
class ArchitectureTest {
  private static final JavaClasses MODULES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.recount");

  @ParameterizedTest
  @CsvSource({
    "schemas, connectors",
    "schemas, topology",
    "schemas, sinks",
    "schemas, local",
    "schemas, cli",
    "connectors, topology",
    "connectors, sinks",
    "connectors, local",
    "connectors, cli",
    "topology, connectors",
    "topology, sinks",
    "topology, local",
    "topology, cli",
    "sinks, connectors",
    "sinks, topology",
    "sinks, local",
    "sinks, cli",
    "local, connectors",
    "local, topology",
    "local, sinks",
    "local, cli",
    "local, schemas",
    "web, connectors",
    "web, topology",
    "web, sinks",
    "web, local",
    "web, cli",
    "web, schemas",
    "schemas, web",
    "connectors, web",
    "topology, web",
    "sinks, web",
    "local, web"
  })
  void arrowsPointOneWay(String from, String to) {
    ArchRule rule =
        noClasses()
            .that()
            .resideInAPackage("dev.recount." + from + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.recount." + to + "..")
            .because(from + " knows nothing of " + to + ": topics are what they share");
    rule.check(MODULES);
  }

  @Test
  void theFoldIsPlainCode() {
    noClasses()
        .that()
        .resideInAPackage("dev.recount.topology.fold..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..")
        .because("the fold over a trace is values in, values out")
        .check(MODULES);
  }

  @Test
  void alertingStandsAlone() {
    noClasses()
        .that()
        .resideInAPackage("dev.recount.topology.alerting..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.recount.topology.assembly..",
            "dev.recount.topology.context..",
            "dev.recount.topology.convention..",
            "dev.recount.topology.fold..",
            "dev.recount.topology.intake..",
            "dev.recount.topology.model..")
        .because("it reads the rows that everybody can read")
        .check(MODULES);
    noClasses()
        .that()
        .resideInAPackage("dev.recount.topology.*..")
        .and()
        .resideOutsideOfPackage("dev.recount.topology.alerting..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.recount.topology.alerting..")
        .because("nothing that is derived depends on whom it wakes")
        .check(MODULES);
  }

  @Test
  void judgingAlertsIsPlainCode() {
    noClasses()
        .that()
        .resideInAPackage("dev.recount.topology.alerting..")
        .and()
        .haveNameNotMatching(
            ".*\\.(RowObserver|AlertEvaluator|AlertStores|AlertPartitioner|Undecodable).*")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..")
        .because("rows, times and rules in, alerts out")
        .check(MODULES);
  }

  @Test
  void theRulesOfSamplingArePlainCode() {
    noClasses()
        .that()
        .resideInAPackage("dev.recount.topology.sampling..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "dev.recount.topology.assembly..")
        .because("whoever asks gets the same verdict: the assembler, a command, a test")
        .check(MODULES);
    noClasses()
        .that()
        .resideInAPackage("dev.recount.topology.fold..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.recount.topology.sampling..", "dev.recount.topology.assembly..")
        .because("what a trace is does not depend on whether it is kept")
        .check(MODULES);
  }

  @Test
  void onlyTheCliEndsTheProcess() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.recount.schemas..",
            "dev.recount.topology..",
            "dev.recount.sinks..",
            "dev.recount.connectors..",
            "dev.recount.web..")
        .should()
        .callMethod(System.class, "exit", int.class)
        .check(MODULES);
  }

  @Test
  void everyModuleIsOnTheClassPath() {
    for (String module :
        new String[] {"schemas", "topology", "sinks", "connectors", "local", "web", "cli"}) {
      classes()
          .that()
          .resideInAPackage("dev.recount." + module + "..")
          .should()
          .resideInAPackage("dev.recount..")
          .check(MODULES);
    }
  }
}
