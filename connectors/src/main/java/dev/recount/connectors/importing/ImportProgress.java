package dev.recount.connectors.importing;

/** Hears how far an import has come. Called on the importing thread. */
@FunctionalInterface
public interface ImportProgress {
  /** Hears nothing. */
  ImportProgress NONE = (runsDone, runsTotal, itemsSent) -> {};

  /**
   * Everything of one more run has been sent.
   *
   * @param itemsSent spans and events of all runs so far
   */
  void update(int runsDone, int runsTotal, long itemsSent);
}
