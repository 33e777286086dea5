// A doorbell that counts: for tests in which nobody sleeps.
import type { Doorbell } from '#shuffle/channel/channel';

export class CountingBell implements Doorbell {
  rings = 0;

  ring(): void {
    this.rings++;
  }
}
