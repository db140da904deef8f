package dev.recount.web.query;

/** A parameter of a request that cannot be taken. The message says what is wrong with it. */
public final class BadParameter extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String name;

  /**
   * @param name of the parameter
   * @param message what is wrong, in one sentence
   */
  public BadParameter(String name, String message) {
    super(message);
    this.name = name;
  }

  /** Name of the parameter. */
  public String name() {
    return name;
  }
}
