// Builds the page into a folder: `node build.mjs FOLDER`. Run by Maven. Does only what is needed: packages are
// fetched when package-lock.json has changed, the page is built when a source has.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const home = fileURLToPath(new URL('.', import.meta.url));
const out = resolve(process.argv[2] ?? join(home, 'target/classes/dev/recount/web/page'));
const installed = join(home, 'node_modules/.package-lock.json');
const stamp = join(out, '.built');

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function run(command, args) {
  const done = spawnSync(command, args, { cwd: home, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  if (done.error || done.status !== 0) {
    process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`);
    process.stderr.write(
      `The page could not be built: ${command} ${args.join(' ')} ${done.error ? done.error.message : 'failed'}.\n` +
        'It needs Node 20.19 or newer with npm. -Drecount.page.skip builds without the page.\n',
    );
    process.exit(1);
  }
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `The page needs Node 20.19 or newer; this is ${process.version}. -Drecount.page.skip builds without the page.\n`,
  );
  process.exit(1);
}

if (modified(installed) < modified(join(home, 'package-lock.json'))) {
  run('npm', ['ci', '--prefer-offline', '--loglevel=error']);
  // What npm writes may carry the time of the package.
  writeFileSync(installed, readFileSync(installed));
}

const sources = [
  ...files(join(home, 'src/main/ui')),
  ...['package-lock.json', 'tsconfig.json', 'vite.config.ts', 'build.mjs'].map((name) => join(home, name)),
];
if (sources.some((source) => modified(source) > modified(stamp))) {
  run('npx', ['--no-install', 'tsc', '--noEmit']);
  run('npx', ['--no-install', 'vite', 'build', '--logLevel', 'error', '--outDir', out]);
  // Compressed once here, so that nobody has to for each request.
  for (const file of files(join(out, 'assets')).filter((name) => /\.(js|css|svg)$/.test(name))) {
    const bytes = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
  mkdirSync(out, { recursive: true });
  writeFileSync(stamp, '');
}
