export interface Fault {
  /** A path, with a method before it if that matters. */
  match: string;
  kind: 'status' | 'timeout' | 'reset' | 'delay' | 'after_effect_timeout' | 'after_effect_reset';
  status?: number;
  body?: unknown;
  times?: number;
  ms?: number;
}

export interface ProviderCall {
  method: string;
  path: string;
  status: number | null;
  body: unknown;
}

/** Makes a local provider fail as `fault` says. */
export async function inject(baseUrl: string, fault: Fault): Promise<void> {
  const response = await fetch(`${baseUrl}/_faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  if (!response.ok) throw new Error(`no such fault: ${await response.text()}`);
}

/** Forgets all faults and calls of a local provider. */
export async function reset(baseUrl: string): Promise<void> {
  await Promise.all(
    ['_faults', '_calls'].map((list) => fetch(`${baseUrl}/${list}`, { method: 'DELETE' })),
  );
}

/** What a local provider was asked, oldest first. */
export async function callsOf(baseUrl: string): Promise<ProviderCall[]> {
  const response = await fetch(`${baseUrl}/_calls`);
  return (await response.json()) as ProviderCall[];
}
