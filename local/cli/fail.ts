/** Says in one line what is wrong, and ends with status 1; with DEBUG set, where it went wrong as well. */
export function fail(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`fastcart: ${reason.split('\n', 1)[0]}`);
  if (process.env.DEBUG) console.error(error);
  process.exit(1);
}
