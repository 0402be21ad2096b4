import { listenAwsJson } from '../../local/aws-json.ts';
import { VirtualClock } from '../../local/clock.ts';
import { createEventBridge } from '../../local/eventbridge/service.ts';
import { Journal } from '../../local/journal.ts';
import { createSqs } from '../../local/sqs/service.ts';

// SQS and EventBridge on the journal that is named first, in a process that can be killed. Events go to the queue
// that their target names. Prints the address when it is ready.
const journal = new Journal(process.argv[2] ?? ':memory:');
const clock = new VirtualClock();
let url = '';
const sqs = createSqs({ journal, clock, baseUrl: () => url });
const eventBridge = createEventBridge({
  journal,
  clock,
  report: (problem) => process.stderr.write(`${problem}\n`),
  targets: {
    deliver: (arn, payload) => sqs.send(arn, payload),
    sendDeadLetter: (arn, body, attributes) => sqs.send(arn, body, attributes),
  },
});
const listener = await listenAwsJson({ services: [sqs, eventBridge], port: 0 });
url = listener.url;
await eventBridge.recover();
process.stdout.write(`${url}\n`);
