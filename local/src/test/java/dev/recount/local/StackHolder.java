package dev.recount.local;

/** A process that runs a stack until it is killed, and says which children it has. */
final class StackHolder {
  static final String CHILDREN = "children ";

  private StackHolder() {}

  public static void main(String[] arguments) throws InterruptedException {
    LocalStack stack = LocalStack.startEphemeral();
    System.out.println(
        CHILDREN
            + stack.registry().processId()
            + " "
            + stack.clickHouse().processId()
            + " "
            + stack.dataFolder());
    Thread.currentThread().join();
  }
}
