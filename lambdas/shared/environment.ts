/**
 * The value of an environment variable that the template sets. Only composition roots (`*.handler.ts`, and `wire-stripe.ts`,
 * which several of them share) read it.
 * @throws Error naming the variable if it is not set
 */
export function env(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(
      `environment variable ${name} is not set: the function's template has to set it`,
    );
  }
  return value;
}
