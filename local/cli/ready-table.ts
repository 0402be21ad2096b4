export interface ReadyInfo {
  endpoints: Readonly<Record<string, string>>;
  dataDir: string;
  ephemeral: boolean;
  /** Providers that are real in this run. */
  real: readonly string[];
  seconds: number;
}

const AWS = ['dynamodb', 'sqs', 'stepfunctions', 'eventbridge', 'secretsmanager'];

/** What a person wants to know when the local cloud is ready. */
export function readyTable(info: ReadyInfo, color: boolean): string {
  const paint = (code: number, text: string) => (color ? `\u001B[${code}m${text}\u001B[0m` : text);
  const { endpoints } = info;
  const row = (name: string, value: string) => `  ${paint(2, name.padEnd(12))} ${value}`;
  const providers = Object.keys(endpoints).filter(
    (name) => name !== 'api' && name !== 'control' && !AWS.includes(name),
  );
  return [
    '',
    `  ${paint(32, '●')} ${paint(1, 'The local cloud is ready')} ${paint(2, `(${info.seconds.toFixed(1)} s)`)}`,
    '',
    row('API', paint(1, endpoints.api ?? '')),
    row('AWS', `${endpoints.stepfunctions}  (AWS_ENDPOINT_URL)`),
    row('DynamoDB', endpoints.dynamodb ?? ''),
    row('Control', endpoints.control ?? ''),
    '',
    ...providers.map((name) =>
      row(name, info.real.includes(name) ? paint(33, 'the real one') : (endpoints[name] ?? '')),
    ),
    '',
    row(
      'Data',
      info.ephemeral ? `${info.dataDir}  (the state is forgotten at the end)` : info.dataDir,
    ),
    `  ${paint(2, 'Ctrl-C stops it.')}`,
    '',
  ].join('\n');
}
