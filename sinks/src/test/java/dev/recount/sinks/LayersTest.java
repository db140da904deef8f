package dev.recount.sinks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.recount.sinks", importOptions = DoNotIncludeTests.class)
class LayersTest {
  @ArchTest
  static final ArchRule topicsAreAllThatIsSharedWithOtherParts =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.recount.topology..",
              "dev.recount.connectors..",
              "dev.recount.local..",
              "dev.recount.cli..",
              "dev.recount.benchmarks..");

  @ArchTest
  static final ArchRule rowsKnowNothingOfDelivery =
      noClasses()
          .that()
          .resideInAnyPackage("..clickhouse.rows..", "..clickhouse.tables..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..clickhouse.delivery..", "..clickhouse.client..");

  @ArchTest
  static final ArchRule theArchiveIsReadWithoutKafka =
      noClasses()
          .that()
          .resideInAnyPackage("..archive.format..", "..archive.storage..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..");

  @ArchTest
  static final ArchRule storageKnowsNothingOfWhatItKeeps =
      noClasses()
          .that()
          .resideInAPackage("..archive.storage..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..archive.format..", "dev.recount.avro..");
}
