package dev.recount.local.install;

/**
 * Told what is being fetched, so that a command can show it. Called from the thread that needs the
 * component.
 */
@FunctionalInterface
public interface InstallationListener {
  /** Says nothing. */
  InstallationListener SILENT = message -> {};

  /**
   * A step that takes a while begins or has ended.
   *
   * @param message one line for a person
   */
  void progress(String message);
}
