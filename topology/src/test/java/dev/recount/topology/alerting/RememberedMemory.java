package dev.recount.topology.alerting;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A rule's memory as bytes, so that what goes on from it has nothing else. */
final class RememberedMemory implements AlertMemory {
  private long judgedUntil = Group.NEVER;
  private final Map<String, byte[]> groups = new HashMap<>();
  private final Map<String, Map<Long, byte[]>> panes = new HashMap<>();
  private final Map<String, CountedRow> rows = new HashMap<>();

  int groupCount() {
    return groups.size();
  }

  int paneCount() {
    return panes.values().stream().mapToInt(Map::size).sum();
  }

  @Override
  public long judgedUntil() {
    return judgedUntil;
  }

  @Override
  public void saveJudgedUntil(long time) {
    judgedUntil = time;
  }

  @Override
  public Map<String, Group> groups() {
    Map<String, Group> decoded = new HashMap<>();
    groups.forEach((key, bytes) -> decoded.put(key, Group.decode(bytes)));
    panes.forEach(
        (key, starts) ->
            starts.forEach(
                (start, bytes) -> {
                  Group group = decoded.get(key);
                  if (group != null) {
                    group.panes.put(start, Aggregate.decode(bytes));
                  }
                }));
    return decoded;
  }

  @Override
  public void saveGroup(String key, Group group) {
    groups.put(key, group.encode());
  }

  @Override
  public void removeGroup(String key) {
    groups.remove(key);
  }

  @Override
  public void savePane(String group, long start, Aggregate pane) {
    panes.computeIfAbsent(group, any -> new HashMap<>()).put(start, pane.encode());
  }

  @Override
  public void removePane(String group, long start) {
    panes.getOrDefault(group, new HashMap<>()).remove(start);
  }

  @Override
  public @Nullable CountedRow row(String row, long now) {
    return rows.get(row);
  }

  @Override
  public void saveRow(String row, @Nullable CountedRow counted, long now) {
    if (counted == null) {
      rows.remove(row);
    } else {
      rows.put(row, counted);
    }
  }
}
