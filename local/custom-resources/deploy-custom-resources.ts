import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, type Json, type JsonObject, REGION } from '../contracts.ts';
import type { RunningLambdas } from '../lambda/runtime.ts';
import { showJson } from '../template/read-properties.ts';
import type { Resource } from '../template/read-stack.ts';
import { TemplateError } from '../template/template-error.ts';
import type { Deployed, DeployedResources } from './deployed-resources.ts';
import {
  type CustomResourceResponse,
  listenForResponses,
  type ResponseListener,
} from './response-listener.ts';

export interface DeployOptions {
  stackName: string;
  resources: readonly Resource[];
  deployed: DeployedResources;
  lambda: RunningLambdas;
}

/** The answer is on its way when the function has ended; CloudFormation itself would wait for an hour. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Creates the custom resources that are new, updates those whose properties changed, and deletes those that the
 * template has no more, by invoking their functions with CloudFormation's requests.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 *
 * @throws TemplateError when a function fails, answers FAILED or doesn't answer.
 */
export async function deployCustomResources(options: DeployOptions): Promise<void> {
  const { resources, deployed } = options;
  const before = new Map(deployed.list().map((resource) => [resource.logicalId, resource]));
  const wanted = resources.map(readCustomResource);
  const gone = [...before.values()].filter(
    (old) => !wanted.some(({ logicalId }) => logicalId === old.logicalId),
  );
  const changed = wanted.filter(
    ({ logicalId, properties }) =>
      JSON.stringify(before.get(logicalId)?.properties) !== JSON.stringify(properties),
  );
  if (gone.length === 0 && changed.length === 0) return;
  const listener = await listenForResponses();
  try {
    for (const resource of changed) {
      const old = before.get(resource.logicalId);
      const event: JsonObject = old
        ? {
            RequestType: 'Update',
            PhysicalResourceId: old.physicalId,
            OldResourceProperties: old.properties,
          }
        : { RequestType: 'Create' };
      const response = await request(options, listener, resource, event);
      const physicalId = response.PhysicalResourceId ?? old?.physicalId ?? resource.logicalId;
      await deployed.keep({ ...resource, physicalId });
      // Another physical id on update means that the resource was replaced: the old one is deleted.
      if (old && old.physicalId !== physicalId) await remove(options, listener, old);
    }
    for (const old of gone) {
      await remove(options, listener, old);
      await deployed.forget(old.logicalId);
    }
  } finally {
    await listener.close();
  }
}

/** A function that has gone with its resource can't undo it any more: then there is nothing to ask. */
async function remove(
  options: DeployOptions,
  listener: ResponseListener,
  old: Deployed,
): Promise<void> {
  if (!options.lambda.find(old.serviceToken)) return;
  const event = { RequestType: 'Delete', PhysicalResourceId: old.physicalId };
  await request(options, listener, old, event);
}

function readCustomResource({
  logicalId,
  type,
  properties,
}: Resource): Omit<Deployed, 'physicalId'> {
  const serviceToken = properties.ServiceToken;
  if (typeof serviceToken !== 'string' || !serviceToken.includes(':lambda:')) {
    throw new TemplateError(`${logicalId}: its ServiceToken must be a function of the template`);
  }
  return { logicalId, type, serviceToken, properties: asText(properties) as JsonObject };
}

/** CloudFormation hands every number and boolean on as text. */
function asText(value: Json): Json {
  if (Array.isArray(value)) return value.map(asText);
  if (value === null || typeof value !== 'object') return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
}

async function request(
  { lambda, stackName }: DeployOptions,
  listener: ResponseListener,
  resource: Omit<Deployed, 'physicalId'>,
  event: JsonObject,
): Promise<CustomResourceResponse> {
  const { logicalId, serviceToken } = resource;
  const expected = listener.expect();
  const { payload, functionError } = await lambda.invoke(serviceToken, {
    ...event,
    ServiceToken: serviceToken,
    ResponseURL: expected.url,
    StackId: `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${stackName}/local`,
    RequestId: randomUUID(),
    ResourceType: resource.type,
    LogicalResourceId: logicalId,
    ResourceProperties: resource.properties,
  });
  const response = await Promise.race([expected.answer, functionError ? undefined : late()]);
  expected.forget();
  if (response?.Status === 'SUCCESS') return response;
  const asked = `custom resource ${logicalId} (${showJson(event.RequestType)})`;
  if (response) throw new TemplateError(`${asked} failed: ${response.Reason ?? 'no reason given'}`);
  if (!functionError) throw new TemplateError(`${asked}: its function did not answer`);
  const { errorType, errorMessage } = payload as { errorType: string; errorMessage: string };
  throw new TemplateError(`${asked}: its function failed: ${errorType}: ${errorMessage}`);
}

function late(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS).unref();
  });
}
