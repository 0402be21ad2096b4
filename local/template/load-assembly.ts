import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Json, JsonObject } from '../contracts.ts';
import { TemplateError } from './template-error.ts';

export interface TemplateResource {
  Type: string;
  Properties?: JsonObject;
  Condition?: string;
}

/** A CloudFormation template, as far as the local cloud reads it. */
export interface Template {
  Resources: Record<string, TemplateResource>;
  Parameters?: Record<string, { Type: string; Default?: Json }>;
  Conditions?: Record<string, Json>;
  Mappings?: Record<string, Record<string, Record<string, Json>>>;
  Outputs?: Record<string, { Value: Json; Condition?: string }>;
}

/** A synthesized stack: its template, and the files that the template knows by their S3 key only. */
export interface Assembly {
  stackName: string;
  template: Template;
  /** The folder or file that would be uploaded under `objectKey`. */
  asset(objectKey: string): string;
}

interface Manifest {
  artifacts: Record<string, { type: string; properties?: { templateFile?: string } }>;
}

interface AssetManifest {
  files?: Record<
    string,
    { source: { path?: string }; destinations: Record<string, { objectKey: string }> }
  >;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new TemplateError(`cannot read ${path}: ${error instanceof Error ? error.message : ''}`);
  }
}

/**
 * Reads the cloud assembly that the CDK wrote into `folder` (`cdk.out`).
 *
 * @throws TemplateError when there isn't exactly one stack in it, or a file of it is missing.
 */
export function loadAssembly(folder: string): Assembly {
  const manifest = readJson(join(folder, 'manifest.json')) as Manifest;
  const stacks = Object.entries(manifest.artifacts).filter(
    ([, artifact]) => artifact.type === 'aws:cloudformation:stack',
  );
  const [stack] = stacks;
  if (!stack || stacks.length > 1) {
    const found = stacks.map(([name]) => name).join(', ') || 'none';
    throw new TemplateError(`the local cloud runs one stack; ${folder} has: ${found}`);
  }
  const [stackName, artifact] = stack;
  const template = readJson(
    join(folder, artifact.properties?.templateFile ?? `${stackName}.template.json`),
  ) as Template;
  const assets = new Map<string, string>();
  const listing = readJson(join(folder, `${stackName}.assets.json`)) as AssetManifest;
  for (const { source, destinations } of Object.values(listing.files ?? {})) {
    if (source.path === undefined) continue;
    for (const { objectKey } of Object.values(destinations)) {
      assets.set(objectKey, resolve(folder, source.path));
    }
  }
  return {
    stackName,
    template,
    asset(objectKey) {
      const path = assets.get(objectKey);
      if (path === undefined) throw new TemplateError(`no asset ${objectKey} in ${folder}`);
      return path;
    },
  };
}
