package dev.recount.local.registry;

import dev.recount.local.process.ParentWatch;
import dev.recount.local.process.StackException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * A jar that holds {@link ParentWatch} and nothing else, to be put in front of the registry on its
 * class path. Our own jar would bring libraries that the registry must not see, and the JVM's class
 * data archive does not work with folders of classes.
 */
final class WatchJar {
  private WatchJar() {}

  /**
   * The jar in a folder, written if it is not there yet. Its name changes with its content.
   *
   * @throws StackException if it cannot be written
   */
  static Path in(Path folder) {
    String entry = ParentWatch.class.getName().replace('.', '/') + ".class";
    try (InputStream resource = ParentWatch.class.getClassLoader().getResourceAsStream(entry)) {
      if (resource == null) {
        throw new StackException(
            "The class " + entry + " is missing from Recount's own class path.");
      }
      byte[] classFile = resource.readAllBytes();
      Path jar = folder.resolve("parent-watch-" + digest(classFile) + ".jar");
      if (!Files.isRegularFile(jar)) {
        Path temporary = Files.createTempFile(folder, "parent-watch", ".part");
        Files.write(temporary, jarOf(entry, classFile));
        Files.move(temporary, jar, StandardCopyOption.ATOMIC_MOVE);
      }
      return jar;
    } catch (IOException e) {
      throw new StackException("The folder " + folder + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static byte[] jarOf(String entry, byte[] classFile) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes)) {
      jar.putNextEntry(new JarEntry(entry));
      jar.write(classFile);
      jar.closeEntry();
    }
    return bytes.toByteArray();
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
