package dev.recount.cli.content;

import dev.recount.cli.UserError;
import dev.recount.cli.options.Folders;
import dev.recount.schemas.content.ContentReference;
import dev.recount.schemas.content.ContentResolver;
import dev.recount.schemas.content.ContentStoreException;
import dev.recount.schemas.content.FolderContentStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code recount content}. */
@Command(
    name = "content",
    header = "Show large content that records refer to.",
    description = {
      "Show the content behind a reference (recount:content/sha256/…), or put content back into lines"
          + " from standard input: a line that is a reference, and references that are strings in"
          + " lines of JSON. What is not in the folder stays a reference."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount content 'recount:content/sha256/2c26…?bytes=1048600&type=text/plain'",
      "  recount content 'recount:content/sha256/…&type=application/octet-stream' --output file",
      "  recount sql --format json \"SELECT attributes FROM spans_latest\" | recount content -"
    })
public final class ContentCommand implements Runnable {
  private static final String STANDARD_INPUT = "-";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "REFERENCE",
      description = "A reference as it stands in a record, or - for lines from standard input.")
  private String reference = "";

  @Option(
      names = "--content-dir",
      paramLabel = "FOLDER",
      defaultValue = "${env:RECOUNT_CONTENT_DIR}",
      description =
          "Where the receiver keeps it (RECOUNT_CONTENT_DIR). Default: content, in"
              + " RECOUNT_DATA_DIR or ~/.local/share/recount")
  private @Nullable Path folder;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the bytes into a file instead.")
  private @Nullable Path output;

  @Override
  public void run() {
    FolderContentStore store = new FolderContentStore(folder());
    try {
      if (reference.equals(STANDARD_INPUT)) {
        resolveLines(new ContentResolver(store));
      } else {
        show(store);
      }
    } catch (ContentStoreException unreadable) {
      throw new UserError(String.valueOf(unreadable.getMessage()), null, unreadable);
    } catch (IOException failed) {
      throw new UserError("Cannot read or write: " + failed.getMessage(), null, failed);
    }
  }

  private Path folder() {
    if (folder != null) {
      return folder;
    }
    Map<String, String> environment = System.getenv();
    String data = environment.getOrDefault("RECOUNT_DATA_DIR", "");
    return (data.isBlank() ? Folders.data() : Path.of(data)).resolve("content");
  }

  private void show(FolderContentStore store) throws IOException {
    ContentReference parsed =
        ContentReference.parse(reference)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "'"
                            + reference
                            + "' is no reference: recount:content/sha256/DIGEST?bytes=N&type=T"));
    byte[] content =
        store
            .get(parsed)
            .orElseThrow(
                () ->
                    new UserError(
                        "That content is not in " + folder(),
                        "Name the receiver's folder by --content-dir; content goes at the end of"
                            + " its retention."));
    if (output != null) {
      Files.write(output, content);
    } else if (parsed.type().equals(ContentReference.BINARY)) {
      throw new UserError("That content is no text", "Write it into a file with --output.");
    } else {
      spec.commandLine().getOut().println(new String(content, StandardCharsets.UTF_8));
    }
  }

  private void resolveLines(ContentResolver resolver) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      out.println(resolver.resolve(line));
    }
    out.flush();
  }
}
