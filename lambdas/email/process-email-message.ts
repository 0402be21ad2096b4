import * as z from 'zod';
import { orderNumberSchema } from '../shared/parse.ts';
import { type EmailSent, type SendEmailDeps, sendEmail } from './send-email.ts';
import { EMAIL_TEMPLATES } from './templates/render-email.ts';

const requestSchema = z.object({
  order_number: orderNumberSchema,
  template: z.enum(EMAIL_TEMPLATES),
});

export interface ProcessEmailMessageDeps extends SendEmailDeps {
  logger: {
    info(message: string, details: Record<string, unknown>): void;
    warn(message: string, details: Record<string, unknown>): void;
  };
}

/**
 * Sends the e-mail that a message of the queue asks for. Whatever it throws, the queue gives the message again, and
 * after its last receive it goes to the dead letters, which alarm: nothing is lost for having failed.
 * @param body JSON `{ "order_number": "ORD-2026-7K3QX9", "template": "order_confirmation" }`
 */
export async function processEmailMessage(
  deps: ProcessEmailMessageDeps,
  body: string,
): Promise<EmailSent> {
  const request = requestSchema.safeParse(parsed(body));
  if (!request.success) {
    const wrong = request.error.issues.map(({ path }) => path.join('.') || 'the message itself');
    deps.logger.warn('e-mail message is malformed', { wrong });
    throw new Error(`malformed e-mail message: wrong at ${wrong.join(', ')}`);
  }
  const { order_number: order, template } = request.data;
  try {
    const outcome = await sendEmail(deps, request.data);
    deps.logger.info('e-mail done', { order, template, outcome });
    return outcome;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    deps.logger.warn('e-mail not sent', { order, template, error: name, reason: message });
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
