/** A template that the local cloud can't run as AWS would. The message names the resource and the fault, in one line. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
