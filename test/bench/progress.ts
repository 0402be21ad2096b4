import { styleText } from 'node:util';

const CLEAR_LINE = '\r\u001B[2K';

/** Says on standard error what is going on: in place on a terminal, a line per phase elsewhere. */
export class Progress {
  readonly #inPlace = process.stderr.isTTY;
  #phase = '';
  #shown = '';

  begin(phase: string): void {
    this.#phase = phase;
    if (this.#inPlace) this.say('');
    else process.stderr.write(`${Math.round(process.uptime())} s  ${phase}\n`);
  }

  say(text: string): void {
    if (!this.#inPlace) return;
    const dim = styleText('dim', text, { stream: process.stderr });
    const line = `${CLEAR_LINE}${this.#phase}  ${dim}`;
    if (line === this.#shown) return;
    this.#shown = line;
    process.stderr.write(line);
  }

  end(): void {
    if (this.#inPlace) process.stderr.write(CLEAR_LINE);
  }
}
