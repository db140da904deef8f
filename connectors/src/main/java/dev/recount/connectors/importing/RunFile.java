package dev.recount.connectors.importing;

/** An open file of recorded runs, read one run at a time. */
public interface RunFile extends AutoCloseable {
  /** Number of runs. */
  int runs();

  /**
   * Reads one run.
   *
   * @param index from 0
   * @throws ImportException when the run is malformed or the file cannot be read
   */
  RecordedRun read(int index);

  @Override
  void close();
}
