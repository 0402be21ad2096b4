import type { JsonObject } from '../contracts.ts';
import { showJson } from '../template/read-properties.ts';
import type { Resource, Stack } from '../template/read-stack.ts';
import { TemplateError } from '../template/template-error.ts';
import type { Route } from './match-route.ts';

/** HTTP APIs wait thirty seconds at most for an integration, and as long unless told. */
const MAX_INTEGRATION_SECONDS = 30;

export interface DeclaredApi {
  api: Resource;
  routes: Route[];
}

/**
 * Reads the HTTP API of the template with its routes.
 *
 * @throws TemplateError for more than one API, an authorizer, or an integration that isn't a function with
 * payload format 2.0.
 */
export function readHttpApi(stack: Stack): DeclaredApi | undefined {
  const apis = stack.ofType('AWS::ApiGatewayV2::Api');
  const [api] = apis;
  if (!api) return undefined;
  if (apis.length > 1) {
    const names = apis.map(({ logicalId }) => logicalId).join(', ');
    throw new TemplateError(`the local cloud serves one HTTP API; the template has ${names}`);
  }
  if (api.properties.ProtocolType !== 'HTTP') {
    throw new TemplateError(
      `${api.logicalId}: protocol ${showJson(api.properties.ProtocolType)} is not supported`,
    );
  }
  const integrations = new Map(
    stack
      .ofType('AWS::ApiGatewayV2::Integration')
      .map((integration) => [`integrations/${integration.ref}`, integration]),
  );
  const routes = stack
    .ofType('AWS::ApiGatewayV2::Route')
    .map(({ logicalId, properties }): Route => {
      const authorization = properties.AuthorizationType ?? 'NONE';
      if (authorization !== 'NONE') {
        throw new TemplateError(
          `${logicalId}: authorization ${showJson(authorization)} is not supported`,
        );
      }
      const integration = integrations.get(showJson(properties.Target));
      if (!integration)
        throw new TemplateError(`${logicalId}: no integration ${showJson(properties.Target)}`);
      return { routeKey: showJson(properties.RouteKey), ...readIntegration(integration) };
    });
  return { api, routes };
}

function readIntegration({ logicalId, properties }: Resource): Omit<Route, 'routeKey'> {
  const { IntegrationType, PayloadFormatVersion, IntegrationUri, TimeoutInMillis }: JsonObject =
    properties;
  if (IntegrationType !== 'AWS_PROXY' || PayloadFormatVersion !== '2.0') {
    throw new TemplateError(`${logicalId}: only AWS_PROXY with payload format 2.0 is supported`);
  }
  return {
    functionArn: showJson(IntegrationUri),
    timeoutSeconds:
      typeof TimeoutInMillis === 'number' ? TimeoutInMillis / 1000 : MAX_INTEGRATION_SECONDS,
  };
}
