/** One fault of a mail, as SendGrid lists it (twilio.com/docs/sendgrid/api-reference/mail-send/errors). */
export interface MailFault {
  message: string;
  field: string | null;
  help: string | null;
}

export interface Address {
  email: string;
  name?: string;
}

interface Personalization {
  to: Address[];
  cc?: Address[];
  bcc?: Address[];
  subject?: string;
  custom_args?: Record<string, string>;
  headers?: Record<string, string>;
}

/** The body of `POST /v3/mail/send`, as far as it is looked at. */
export interface Mail {
  personalizations: Personalization[];
  from: Address;
  subject?: string;
  content?: { type: string; value: string }[];
  template_id?: string;
  custom_args?: Record<string, string>;
  categories?: string[];
}

type Fields = Record<string, unknown>;

const HELP = 'http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#';
const EMAIL = /^[^\s@<>"]+@[^\s@<>".]+(\.[^\s@<>".]+)+$/;
const MAX_CUSTOM_ARGS_BYTES = 10_000;

/** Every fault of a body; none when it can be sent. */
export function findFaults(body: unknown): MailFault[] {
  if (!isFields(body)) return [{ message: 'Bad Request', field: null, help: null }];
  const faults: MailFault[] = [];
  const add = (message: string, field: string, help: string) =>
    faults.push({ message, field, help: `${HELP}${help}` });

  const people = body['personalizations'];
  if (!Array.isArray(people) || people.length === 0) {
    add(
      'The personalizations field is required and must have at least one personalization.',
      'personalizations',
      '-Personalizations-Errors',
    );
  } else {
    for (const [index, one] of people.entries()) {
      faults.push(...recipientFaults(isFields(one) ? one : {}, index));
    }
  }
  const from = body['from'];
  if (!isFields(from) || typeof from['email'] !== 'string' || from['email'] === '') {
    add(
      'The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.  e.g. {"email" : "example@example.com"}  or {"email" : "example@example.com", "name" : "Example Recipient"}.',
      'from.email',
      'message.from',
    );
  } else if (!EMAIL.test(from['email'])) {
    add('The from email does not contain a valid address.', 'from.email', 'message.from');
  }
  const hasTemplate = typeof body['template_id'] === 'string' && body['template_id'] !== '';
  const everySubject =
    Array.isArray(people) && people.every((one) => isFields(one) && isText(one['subject']));
  if (!isText(body['subject']) && !everySubject && !hasTemplate) {
    add(
      'The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.',
      'subject',
      'message.subject',
    );
  }
  if (!hasTemplate) faults.push(...contentFaults(body['content']));
  if (Buffer.byteLength(JSON.stringify(body['custom_args'] ?? {})) > MAX_CUSTOM_ARGS_BYTES) {
    add(
      `The overall size of the custom arguments must not exceed ${MAX_CUSTOM_ARGS_BYTES} bytes.`,
      'custom_args',
      'message.custom_args',
    );
  }
  return faults;
}

function recipientFaults(one: Fields, index: number): MailFault[] {
  const field = `personalizations.${index}.to`;
  const help = `${HELP}message.personalizations.to`;
  const to = one['to'];
  if (!Array.isArray(to) || to.length === 0) {
    return [
      {
        message:
          'The to array is required for all personalization objects, and must have at least one email object with a valid email address.',
        field,
        help,
      },
    ];
  }
  const faults: MailFault[] = [];
  const seen = new Set<string>();
  for (const list of ['to', 'cc', 'bcc']) {
    const addresses: unknown[] = Array.isArray(one[list]) ? one[list] : [];
    for (const [at, address] of addresses.entries()) {
      const email = isFields(address) ? address['email'] : undefined;
      const where = `personalizations.${index}.${list}.${at}.email`;
      if (typeof email !== 'string' || !EMAIL.test(email)) {
        faults.push({ message: 'Does not contain a valid address.', field: where, help });
      } else if (seen.has(email.toLowerCase())) {
        faults.push({
          message: `Each email address in the personalization block should be unique between to, cc, and bcc. We found the first duplicate instance of [${email}] in the personalizations.${index}.${list} field.`,
          field: 'personalizations',
          help: `${HELP}message.recipient-errors`,
        });
      } else {
        seen.add(email.toLowerCase());
      }
    }
  }
  return faults;
}

function contentFaults(content: unknown): MailFault[] {
  const help = `${HELP}message.content`;
  if (!Array.isArray(content) || content.length === 0) {
    return [
      {
        message:
          'Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block. We typically suggest both text/plain and text/html blocks are included, but only one block is required.',
        field: 'content',
        help,
      },
    ];
  }
  const faults: MailFault[] = [];
  for (const [index, part] of content.entries()) {
    if (!isFields(part) || !isText(part['type'])) {
      faults.push({
        message: 'The content type is required and must be a string.',
        field: `content.${index}.type`,
        help,
      });
    } else if (!isText(part['value'])) {
      faults.push({
        message: 'The content value must be a string at least one character in length.',
        field: `content.${index}.value`,
        help,
      });
    }
  }
  const types = content.map((part) => (isFields(part) ? part['type'] : undefined));
  if (types.includes('text/plain') && types[0] !== 'text/plain') {
    faults.push({
      message:
        'The text/plain content must come first, followed by the text/html content, followed by any other type.',
      field: 'content',
      help,
    });
  }
  return faults;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
