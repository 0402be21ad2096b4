import { App, Tags } from 'aws-cdk-lib';
import { readConfig } from './config.ts';
import { FastCartStack } from './fastcart-stack.ts';

const app = new App({ outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out' });
const config = readConfig(app.node);
const stack = new FastCartStack(app, `FastCart-${config.stage}`, { config });
Tags.of(stack).add('app', 'fastcart');
app.synth();
