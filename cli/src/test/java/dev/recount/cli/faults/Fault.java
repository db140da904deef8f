package dev.recount.cli.faults;

/**
 * Something that fails.
 *
 * @param name as a table has it
 * @param happens lets it happen, and sets right what does not set itself right
 */
record Fault(String name, Runnable happens) {}
