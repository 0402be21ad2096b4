import { join } from 'node:path';
import { type AwsListener, listenAwsJson } from './aws-json.ts';
import { VirtualClock } from './clock.ts';
import { createControl } from './cloud/control.ts';
import { openDataFolder } from './cloud/data-folder.ts';
import { readEventSource } from './cloud/event-sources.ts';
import { createDeliver } from './cloud/event-targets.ts';
import { listenHttp, PortTaken } from './cloud/http-listener.ts';
import { createIntegrations } from './cloud/integrations.ts';
import { type Settings, withLocalProviders } from './cloud/provider-settings.ts';
import { provisionMachines } from './cloud/provision-machines.ts';
import { provisionQueues } from './cloud/provision-queues.ts';
import { provisionRules } from './cloud/provision-rules.ts';
import { provisionSecrets } from './cloud/provision-secrets.ts';
import { type AsyncInvocation, readAsyncInvocations } from './cloud/read-async-invocation.ts';
import type { AwsService } from './contracts.ts';
import { deployCustomResources } from './custom-resources/deploy-custom-resources.ts';
import { DeployedResources } from './custom-resources/deployed-resources.ts';
import { ensureTable } from './dynamodb/create-tables.ts';
import { startExpiry } from './dynamodb/expire-items.ts';
import { type RunningDynamoDb, startDynamoDb } from './dynamodb/start-dynamodb.ts';
import { createEventBridge } from './eventbridge/service.ts';
import { createHttpApi } from './http-api/http-api.ts';
import { readHttpApi } from './http-api/read-routes.ts';
import { Journal } from './journal.ts';
import { Faults } from './lambda/faults.ts';
import { readFunction } from './lambda/function-config.ts';
import { FunctionLogs } from './lambda/function-logs.ts';
import { createLambdaRuntime, type RunningLambdas } from './lambda/runtime.ts';
import { UsedFunctions } from './lambda/used-functions.ts';
import { type Providers, providerDeclarations, startProviders } from './providers/index.ts';
import { createSecrets } from './secrets/service.ts';
import { startEventSource } from './sqs/event-source.ts';
import { createSqs } from './sqs/service.ts';
import { createStepFunctions } from './stepfunctions/service.ts';
import type { Assembly } from './template/load-assembly.ts';
import { readStack } from './template/read-stack.ts';

export interface CloudOptions {
  assembly: Assembly;
  /** Where `endpoints.json`, the logs and, unless `ephemeral`, the state are. */
  dataDir: string;
  /** Keeps the state in a temporary folder that goes when the cloud stops. */
  ephemeral?: boolean;
  /** The API's port; the services, the control endpoint and the providers have the next ones. 0: free ones. */
  port?: number;
  /** The environment and `.env`: real keys of providers, DYNAMODB_ENDPOINT. */
  settings?: Settings;
  clock?: VirtualClock;
  /** Hears of what goes wrong without anyone to tell it to. */
  report?: (problem: string) => void;
  /** Ends everything at once, for the faults that kill; kill -9 of this process unless told. */
  kill?: () => void;
}

export interface Cloud {
  /** Base URLs by name, as in `endpoints.json`. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly lambda: RunningLambdas;
  readonly logs: FunctionLogs;
  /** The template's outputs by name. */
  readonly outputs: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** How long functions may go on when the cloud stops. What they don't finish is taken up at the next start. */
const GRACE_MS = 2_000;

/**
 * Runs what a synthesized stack says, on 127.0.0.1, with its state on disk: kill -9 at any moment, and the next start
 * on the same data folder goes on.
 *
 * Resolves when the API answers. Whatever had started is stopped again when something can't.
 *
 * @throws TemplateError, PortTaken, DataFolderInUse or DynamoDbUnavailable, each with one line that says what to do.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const closing = new AsyncDisposableStack();
  try {
    return await start(options, closing);
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

async function start(options: CloudOptions, closing: AsyncDisposableStack): Promise<Cloud> {
  const { assembly, port = 0, settings = {}, report = () => undefined } = options;
  const clock = options.clock ?? new VirtualClock();
  const asset = (key: string) => assembly.asset(key);
  const faults = new Faults(options.kill ?? (() => process.kill(process.pid, 'SIGKILL')));
  const folder = openDataFolder(options.dataDir, options.ephemeral ?? false);
  closing.defer(() => folder.release());

  const dynamodbStarting = startDynamoDb({
    dbPath: join(folder.state, 'dynamodb.sqlite'),
    ...(settings.DYNAMODB_ENDPOINT && { endpoint: settings.DYNAMODB_ENDPOINT }),
  });
  // Failing later, where it is awaited, is soon enough.
  dynamodbStarting.catch(() => undefined);
  closing.defer(async () => (await dynamodbStarting.catch(() => undefined))?.stop());

  const journal = new Journal(join(folder.state, 'cloud.sqlite'));
  closing.defer(() => journal.close());
  // The port that was asked for comes first, so that it is the one that is named if it is taken.
  const api = await listenHttp(port);
  closing.defer(() => api.close());
  const providers = await startLocalProviders(folder.state, clock, port);
  closing.defer(() => providers.stop());

  // The services know each other; those that others call before they exist are asked for late.
  const late: LateParts = {};
  const sqs = createSqs({ journal, clock, baseUrl: () => services.url });
  const eventBridge = createEventBridge({
    journal,
    clock,
    report,
    targets: {
      deliver: createDeliver({
        sqs,
        stepFunctions: () => stepFunctions,
        lambda: () => present(late.lambda),
        asyncInvocation: (name) => present(late.asyncInvocation)(name),
      }),
      sendDeadLetter: (arn, body, attributes) => sqs.send(arn, body, attributes),
    },
  });
  const stepFunctions = createStepFunctions({
    journal,
    clock,
    integrations: createIntegrations({
      lambda: () => present(late.lambda),
      dynamodb: () => present(late.dynamodb),
      sqs,
      eventBridge,
    }),
    putServiceEvent: eventBridge.putServiceEvent,
  });
  const secrets = createSecrets({ journal, clock });
  const services = await listenServices(
    [sqs, eventBridge, stepFunctions, secrets],
    nextPort(port, 1),
  );
  closing.defer(() => services.close());
  const control = await listenHttp(nextPort(port, 2));
  closing.defer(() => control.close());

  const stack = readStack(assembly, { api: api.url, services: services.url });
  const http = readHttpApi(stack);
  const mappings = stack.ofType('AWS::Lambda::EventSourceMapping').flatMap((mapping) => {
    const source = readEventSource(mapping);
    return source ? [source] : [];
  });
  late.asyncInvocation = readAsyncInvocations(stack.ofType('AWS::Lambda::EventInvokeConfig'));
  const functions = stack
    .ofType('AWS::Lambda::Function')
    .map((resource) => readFunction(resource, asset))
    .map((config) => withLocalProviders(config, providers.started, settings));
  const tables = stack.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable');

  await Promise.all([
    provisionQueues(sqs, stack.ofType('AWS::SQS::Queue')),
    provisionRules(eventBridge, stack),
    provisionSecrets({
      secrets,
      resources: stack.ofType('AWS::SecretsManager::Secret'),
      providers: providers.started,
      settings,
    }),
    provisionMachines(stepFunctions, stack.ofType('AWS::StepFunctions::StateMachine'), asset),
  ]);
  const dynamodb = await dynamodbStarting;
  late.dynamodb = dynamodb;
  await Promise.all(tables.map((table) => ensureTable(dynamodb, table)));
  const expiry = startExpiry({ dynamodb, clock, tables, report });
  closing.defer(() => expiry.stop());

  const logs = new FunctionLogs(join(folder.path, 'logs'), clock);
  const used = new UsedFunctions(journal);
  const usedBefore = used.list();
  const lambda = createLambdaRuntime({
    functions,
    clock,
    endpoints: { services: services.url, dynamodb: dynamodb.url },
    logs,
    faults,
    onInvoke: (name) => {
      used.add(name).catch((error: unknown) => report(String(error)));
    },
  });
  late.lambda = lambda;
  closing.defer(() => lambda.stop());
  await deployCustomResources({
    stackName: stack.name,
    resources: stack.customResources(),
    deployed: new DeployedResources(journal),
    lambda,
  });

  await stepFunctions.recover();
  await eventBridge.recover();
  const sources = mappings.map((mapping) =>
    startEventSource({ sqs, lambda, clock, mapping, report }),
  );
  closing.defer(async () => {
    await stepFunctions.stop();
    const work = [eventBridge.stop(), ...sources.map((source) => source.stop())];
    await withinGrace(Promise.all(work));
  });
  closing.defer(() => api.close());
  await announceWebhooks(providers, stack.outputs);

  const endpoints = {
    api: api.url,
    ...providers.baseUrls,
    dynamodb: dynamodb.url,
    sqs: services.url,
    stepfunctions: services.url,
    eventbridge: services.url,
    secretsmanager: services.url,
    control: control.url,
  };
  if (http) {
    const { api: declared, routes } = http;
    const cors = declared.properties.CorsConfiguration ?? null;
    api.serve(createHttpApi({ apiId: declared.ref, routes, cors, clock, lambda }));
    await lambda.warm(routes.map(({ functionArn }) => functionArn));
  }
  control.serve(
    createControl({
      clock,
      faults,
      describe: () => ({ stack: stack.name, endpoints, functions: lambda.instances() }),
    }),
  );
  folder.publish('endpoints.json', endpoints);
  // In the background: who asks for one of them sooner waits for it only as long as without this.
  lambda.warm(usedBefore).catch((error: unknown) => report(String(error)));
  closing.defer(() => folder.withdraw('endpoints.json'));
  return {
    endpoints,
    clock,
    faults,
    lambda,
    logs,
    outputs: stack.outputs,
    stop: () => closing.disposeAsync(),
  };
}

interface LateParts {
  lambda?: RunningLambdas;
  dynamodb?: RunningDynamoDb;
  asyncInvocation?: (functionName: string) => AsyncInvocation;
}

function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the local cloud is still starting');
  return part;
}

const PROVIDER_PORTS_FROM = 3;

function nextPort(port: number, offset: number): number {
  return port === 0 ? 0 : port + offset;
}

async function startLocalProviders(
  dataDir: string,
  clock: VirtualClock,
  port: number,
): Promise<Providers> {
  const ports = Object.fromEntries(
    providerDeclarations.map(({ name }, index) => [
      name,
      nextPort(port, PROVIDER_PORTS_FROM + index),
    ]),
  );
  return await startProviders({ dataDir, clock, ports }).catch(refusePort);
}

async function listenServices(services: readonly AwsService[], port: number): Promise<AwsListener> {
  return await listenAwsJson({ services, port }).catch(refusePort);
}

function refusePort(error: NodeJS.ErrnoException & { port?: number }): never {
  throw error.code === 'EADDRINUSE' ? new PortTaken(error.port ?? 0) : error;
}

/** The template says where Stripe's webhooks go, and which: its outputs `StripeWebhookUrl` and `StripeWebhookEvents`. */
async function announceWebhooks(
  providers: Providers,
  outputs: Readonly<Record<string, string>>,
): Promise<void> {
  const url = outputs.StripeWebhookUrl;
  if (url !== undefined)
    await providers.setWebhookUrl('stripe', url, outputs.StripeWebhookEvents?.split(','));
}

async function withinGrace(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GRACE_MS);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
