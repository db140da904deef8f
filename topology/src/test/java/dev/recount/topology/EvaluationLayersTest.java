package dev.recount.topology;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.elements.ClassesShouldConjunction;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.evaluation.TraceFacts;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Arrows within the topology point one way: assembly → fold → evaluation. */
class EvaluationLayersTest {
  private static final JavaClasses TOPOLOGY =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.recount.topology");

  @Test
  void evaluatorsKnowNothingOfWhoAsksThem() {
    ClassesShouldConjunction rule =
        noClasses()
            .that()
            .resideInAPackage("..topology.evaluation..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "..topology.fold..", "..topology.assembly..", "..topology.intake..");
    rule.check(TOPOLOGY);
  }

  @Test
  void builtInEvaluatorsSeeWhatOthersSee() {
    noClasses()
        .that()
        .resideInAPackage("..topology.evaluation.builtin..")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(TraceFacts.class, Evaluators.class)
        .check(TOPOLOGY);
  }

  @Test
  void verdictsFollowFromTheTraceAlone() {
    noClasses()
        .that()
        .resideInAPackage("..topology.evaluation..")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Clock.class, Random.class)
        .check(TOPOLOGY);
  }
}
