import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SlotCommand } from '#cluster/messages/slot-messages';
import { NodeClock } from '#platform/clock/node-clock';
import { StepResult, type RunnableTask } from '#streaming/task/task-description';
import { InlineMailbox } from '#taskmanager/slots/slot-mailbox';
import { SlotLoop } from '#taskmanager/slots/slot-loop';
import type { SlotParking } from '#taskmanager/slots/slot-parking';
import { ScriptedTask } from './scripted-task.js';

const { PROGRESS, IDLE, BLOCKED, DONE } = StepResult;

interface Setting {
  readonly loop: SlotLoop;
  readonly mailbox: InlineMailbox;
  readonly log: string[];
  readonly done: RunnableTask[];
  /** Timeouts of the parks so far. */
  readonly parks: number[];
}

/** A loop whose mail is delivered to all its tasks; `onPark` runs instead of waiting. */
function createLoop(onPark: (setting: Setting) => void, hasPending = false): Setting {
  const mailbox = new InlineMailbox();
  const log: string[] = [];
  const done: RunnableTask[] = [];
  const parks: number[] = [];
  const parking: SlotParking = {
    park: (timeoutMs) => {
      parks.push(timeoutMs);
      log.push('park');
      onPark(setting);
    },
  };
  const loop: SlotLoop = new SlotLoop({
    clock: new NodeClock(), mailbox, parking,
    onCommand: (command: SlotCommand) => {
      if (command.kind === 'shutdown') loop.stop();
      if (command.kind === 'cancel-tasks') for (const task of loop.tasks) task.deliver({ kind: 'cancel' });
      if (command.kind === 'task-mail') for (const task of loop.tasks) task.deliver(command.mail);
    },
    onTurn: () => undefined,
    onTaskDone: (task) => {
      done.push(task);
      if (loop.tasks.length === 0) mailbox.push({ kind: 'shutdown' });
    },
    hasPending: () => hasPending,
  });
  const setting: Setting = { loop, mailbox, log, done, parks };
  return setting;
}

describe('slot loop', () => {
  test('gives every task one batch in turn, and closes each when it is done', async () => {
    const setting = createLoop(() => undefined);
    const first = new ScriptedTask('a', [PROGRESS, PROGRESS, DONE], setting.log);
    const second = new ScriptedTask('b', [PROGRESS, DONE], setting.log);
    setting.loop.setTasks([first, second]);
    await setting.loop.run();
    assert.deepEqual(setting.log, ['a', 'b', 'a', 'b', 'a']);
    assert.deepEqual(setting.done, [second, first]);
    assert.ok(first.isClosed && second.isClosed);
  });

  test('never parks while one task moves, and parks when none does', async () => {
    const setting = createLoop(({ mailbox }) => mailbox.push({ kind: 'cancel-tasks' }));
    setting.loop.setTasks([new ScriptedTask('a', [IDLE, BLOCKED, IDLE], setting.log), new ScriptedTask('b', [PROGRESS, PROGRESS, BLOCKED], setting.log)]);
    await setting.loop.run();
    assert.deepEqual(setting.log, ['a', 'b', 'a', 'b', 'a', 'b', 'park', 'a:cancel', 'b:cancel']);
  });

  test('control mail goes before the next batch', async () => {
    const setting = createLoop(({ mailbox }) => mailbox.push({ kind: 'cancel-tasks' }));
    setting.loop.setTasks([new ScriptedTask('a', [PROGRESS], setting.log)]);
    setting.mailbox.push({ kind: 'task-mail', subtaskId: 'x_0' as never, mail: { kind: 'trigger-checkpoint', checkpointId: 1, timestamp: 0, flags: 0 } });
    await setting.loop.run();
    assert.deepEqual(setting.log, ['a:trigger-checkpoint', 'a', 'a', 'park', 'a:cancel']);
  });

  test('parks no longer than a task wants to sleep, and never beyond the bound that lets the event loop turn', async () => {
    const setting = createLoop(({ mailbox, parks }) => {
      if (parks.length === 1) task.wakeAtMs = new NodeClock().now() + 20;
      else mailbox.push({ kind: 'cancel-tasks' });
    });
    const task = new ScriptedTask('a', [], setting.log);
    setting.loop.setTasks([task]);
    await setting.loop.run();
    assert.equal(setting.parks[0], 200);
    assert.ok(setting.parks[1]! > 0 && setting.parks[1]! <= 20, `second park was ${setting.parks[1]}`);
  });

  test('a task that is due is stepped instead of parking', async () => {
    const setting = createLoop(({ mailbox }) => mailbox.push({ kind: 'cancel-tasks' }));
    const task = new ScriptedTask('a', [IDLE, IDLE, DONE], setting.log);
    task.wakeAtMs = 0;
    setting.loop.setTasks([task]);
    await setting.loop.run();
    assert.deepEqual(setting.log, ['a', 'a', 'a']);
  });

  test('while promises are pending a park is short', async () => {
    const setting = createLoop(({ mailbox }) => mailbox.push({ kind: 'cancel-tasks' }), true);
    setting.loop.setTasks([new ScriptedTask('a', [], setting.log)]);
    await setting.loop.run();
    assert.deepEqual(setting.parks, [1]);
  });

  test('timers and messages get their turn while tasks are always busy', async () => {
    const setting = createLoop(() => undefined);
    const task = new ScriptedTask('a', Array.from({ length: 10_000_000 }, () => PROGRESS), []);
    setting.loop.setTasks([task]);
    let hasTurned = false;
    setImmediate(() => {
      hasTurned = true;
      setting.mailbox.push({ kind: 'cancel-tasks' });
    });
    await setting.loop.run();
    assert.ok(hasTurned);
    assert.equal(task.status, 'CANCELED');
  });
});
