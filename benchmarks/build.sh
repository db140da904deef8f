# Sourced by the scripts beside it: builds what is missing or older than its sources, and sets
# $home (the repository), $java and $class_path.
#
# Environment: JAVA_HOME (17 or newer), RECOUNT_NO_BUILD (run the last build as it is).

home=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
  [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no bin/java in it. Correct or unset it."
else
  java=$(command -v java) || fail "No Java found. Install a JDK, 17 or newer, or set JAVA_HOME."
fi

build() {
  local target=$home/benchmarks/target
  local stamp=$target/benchmarks.stamp roots=("$home/pom.xml") module
  for module in schemas/registry-client schemas topology sinks connectors local web cli benchmarks; do
    roots+=("$home/$module/pom.xml" "$home/$module/src/main")
  done
  if [ -f "$stamp" ] && [ -z "$(find "${roots[@]}" -newer "$stamp" -print 2>/dev/null | head -n 1)" ]; then
    return
  fi
  command -v mvn >/dev/null 2>&1 || fail "Building needs Maven (mvn). Install Maven 3.8 or newer."
  mkdir -p "$target"
  # The time at which the build began: what is edited meanwhile is built next time.
  : >"$stamp.next"
  printf 'building …\n' >&2
  (cd "$home" && mvn -B -q -Drecount.quick -Dmaven.test.skip=true -Dspotless.check.skip=true -pl benchmarks -am package) \
    >"$target/build.log" 2>&1 ||
    fail "The build failed: $(tail -n 20 "$target/build.log")
The whole output is in $target/build.log"
  mv "$stamp.next" "$stamp"
}

[ -n "${RECOUNT_NO_BUILD:-}" ] || build
class_path=$home/benchmarks/target/recount-benchmarks.jar:$(cat "$home/benchmarks/target/classpath.txt")
