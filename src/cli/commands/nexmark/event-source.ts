// The source that makes or reads the events of a run anew: what a job reads, or what is recorded before it.
import type { NexmarkSettings } from '#cli/commands/nexmark/nexmark-settings';
import type { NexmarkEvent } from '#connectors/nexmark/event';
import { NexmarkFileSource } from '#connectors/nexmark/file-source';
import { NexmarkSource } from '#connectors/nexmark/source';
import { assert } from '#core/assert';
import type { Source } from '#streaming/source/source';

export function eventSource(settings: Omit<NexmarkSettings, 'query'>): Source<NexmarkEvent, any, any> { // any: the two sources have splits of their own
  if (settings.input !== undefined) return new NexmarkFileSource(settings.input);
  assert(settings.events !== undefined, 'a run without a file says how many events');
  return new NexmarkSource({ events: settings.events, eventRate: settings.eventRate, isPushDown: settings.source === 'push-down' });
}
