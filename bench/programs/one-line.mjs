// The one-line job of the start-up row.
import { StreamExecutionEnvironment } from 'millrace';

const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromData('first result').print();
await env.execute('one line');
