import { globSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles every `lambdas/<capability>/<verb-noun>.handler.ts` into `dist/<verb-noun>/index.mjs`, for the CDK and the
 * local cloud alike. One call for all is several times faster than the CDK's own bundling.
 */
const handlers = globSync('lambdas/*/*.handler.ts').sort();
const functions = new Map(handlers.map((file) => [basename(file, '.handler.ts'), file]));
if (functions.size < handlers.length) {
  throw new Error(
    'two handlers have the same file name: their functions would overwrite each other',
  );
}

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: [...functions].map(([name, file]) => ({ in: file, out: `${name}/index` })),
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  sourcemap: false,
  // CommonJS dependencies ask for `require`, which an ES module does not have.
  banner: {
    js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
  },
});
