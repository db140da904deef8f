package dev.recount.topology.fold;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.Versions;
import dev.recount.topology.convention.Fact;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Who ran a trace, for whom, and in which versions: what the trace as a whole says. */
record Identity(
    @Nullable String service,
    @Nullable String environment,
    @Nullable String sessionId,
    @Nullable String userId,
    Versions versions) {

  static Identity of(TraceContents contents, SpanTree tree, List<DecisionDraft> inOrder) {
    SpanNode first = tree.root();
    if (first == null && !tree.nodes().isEmpty()) {
      first = tree.nodes().get(0);
    }
    if (first == null) {
      return new Identity(null, null, null, null, ofEvents(contents));
    }
    Versions versions = VersionTuples.overlay(VersionTuples.at(first), ofEvents(contents));
    if (versions.getResponseModel() == null) {
      versions.setResponseModel(first(inOrder, Versions::getResponseModel));
    }
    if (versions.getToolSchemaVersion() == null) {
      versions.setToolSchemaVersion(first(inOrder, Versions::getToolSchemaVersion));
    }
    return new Identity(
        first.span.getServiceName(),
        first.inherited(Fact.ENVIRONMENT),
        first.inherited(Fact.SESSION_ID),
        first.inherited(Fact.USER_ID),
        versions);
  }

  private static @Nullable String first(
      List<DecisionDraft> inOrder, Function<Versions, @Nullable String> version) {
    return inOrder.stream()
        .map(draft -> version.apply(draft.versions))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** What explicit decisions and snapshots say, for what the spans leave open. */
  private static Versions ofEvents(TraceContents contents) {
    Versions versions = new Versions();
    for (DecisionEvent event :
        contents.decisions().stream().sorted(DecisionBuilder.BY_OCCURRENCE).toList()) {
      if (event.getVersions() != null) {
        versions = VersionTuples.overlay(versions, event.getVersions());
      }
    }
    for (var snapshot : contents.snapshots().stream().sorted(SnapshotHistory.BY_CAPTURE).toList()) {
      if (snapshot.getVersions() != null) {
        versions = VersionTuples.overlay(versions, snapshot.getVersions());
      }
    }
    return versions;
  }
}
