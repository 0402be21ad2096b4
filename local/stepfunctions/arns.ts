import { ACCOUNT_ID, REGION, ServiceError } from '../contracts.ts';

const NAME = /^[^\s\p{Cc}<>{}[\]?*"#%\\^|~`$&,;:/\ufffe\uffff]{1,80}$/u;

/** Names of state machines and executions. @throws ServiceError `InvalidName` */
export function checkName(name: string): void {
  if (!NAME.test(name)) throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
}

export function stateMachineArn(name: string): string {
  return `arn:aws:states:${REGION}:${ACCOUNT_ID}:stateMachine:${name}`;
}

export function executionArn(machineName: string, name: string): string {
  return `arn:aws:states:${REGION}:${ACCOUNT_ID}:execution:${machineName}:${name}`;
}

/** @throws ServiceError `InvalidArn` unless `arn` is an ARN of Step Functions of the kind `kind`. */
export function checkArn(arn: string, kind: 'stateMachine' | 'execution'): void {
  const parts = arn.split(':');
  if (parts[0] !== 'arn')
    throw new ServiceError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  if (parts[2] !== 'states')
    throw new ServiceError('InvalidArn', `Invalid Arn: 'Invalid ARN service: ${arn}'`);
  if (parts[5] !== kind || !parts[6] || (kind === 'execution' && !parts[7]))
    throw new ServiceError(
      'InvalidArn',
      `Invalid Arn: 'Resource type not valid in this context: ${parts.slice(5).join(':')}'`,
    );
}
