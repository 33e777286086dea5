// Scheduler over setImmediate, which keeps the order of all posts.
import type { Scheduler } from '#platform/threads/scheduler';

export class NodeScheduler implements Scheduler {
  post(action: () => void, _lane?: object): void {
    setImmediate(action);
  }
}
