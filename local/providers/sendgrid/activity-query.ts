import type { Condition } from './mailbox.ts';

const COLUMNS: Readonly<Record<string, string>> = {
  msg_id: 'id',
  to_email: 'to_email',
  from_email: 'from_email',
  subject: 'subject',
  status: "'delivered'",
};

const TERM =
  /^\s*(?<field>[a-z_]+)(?:\[\s*['"](?<arg>[^'"]+)['"]\s*\])?\s*(?<operator>!=|=|\s(?:LIKE|like)\s)\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)')\s*/;

/**
 * An Email Activity query as conditions that all must hold
 * (twilio.com/docs/sendgrid/for-developers/sending-email/getting-started-email-activity-api#query-reference):
 * `to_email="a@b.co" AND unique_args['key']="value"`, in parentheses or not. Undefined when it can't be read.
 */
export function parseActivityQuery(query: string): Condition[] | undefined {
  const conditions: Condition[] = [];
  let rest = query.replaceAll(/[()]/g, ' ').trim();
  while (rest !== '') {
    const groups = TERM.exec(rest)?.groups;
    const field = groups?.['field'] ?? '';
    const arg = groups?.['arg'];
    const column = COLUMNS[field];
    const isArg = field === 'unique_args' && arg !== undefined;
    if (!groups || (!isArg && column === undefined)) return undefined;
    const operator = groups['operator']?.trim().toUpperCase() as Condition['operator'];
    const value = groups['double'] ?? groups['single'] ?? '';
    conditions.push(
      isArg ? { field, arg, operator, value } : { field: column ?? '', operator, value },
    );
    rest = rest.replace(TERM, '').trim();
    if (rest === '') break;
    if (!/^AND\s/i.test(rest)) return undefined;
    rest = rest.slice(3).trim();
    if (rest === '') return undefined;
  }
  return conditions;
}
