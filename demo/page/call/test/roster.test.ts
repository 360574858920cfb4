import assert from 'node:assert/strict';
import { test, mock } from 'node:test';
import { Roster } from '../roster.ts';

const alice = { id: 'a', name: 'Alice' };
const bob = { id: 'b', name: 'Bob' };

function roster(): { roster: Roster; told: string[] } {
  const told: string[] = [];
  return {
    told,
    roster: new Roster({
      joined: ({ id }) => told.push(`${id} joined`),
      left: (id) => told.push(`${id} left`),
    }),
  };
}

test('each who comes and goes is told once', () => {
  const { roster: all, told } = roster();
  all.welcome('one', [alice]);
  all.joined(bob);
  all.joined(bob);
  all.left('a');
  all.left('a');
  assert.deepEqual(told, ['a joined', 'b joined', 'a left']);
});

test('a name that would run backwards is shown with why it would', () => {
  const names: string[] = [];
  const all = new Roster({ joined: ({ name }) => names.push(name), left: () => {} });
  all.joined({ id: 'a', name: '\u202eecilA' });
  assert.deepEqual(names, ['[U+202E]ecilA']);
});

test('who left while one was away is gone at once', () => {
  const { roster: all, told } = roster();
  all.welcome('one', [alice, bob]);
  all.welcome('one', [bob]);
  assert.deepEqual(told, ['a joined', 'b joined', 'a left']);
});

test('a server that was started again is given 10 s to learn who is there', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { roster: all, told } = roster();
  all.welcome('one', [alice, bob]);
  all.welcome('two', []);
  mock.timers.tick(9000);
  all.joined(bob);
  assert.deepEqual(told, ['a joined', 'b joined']);
  mock.timers.tick(1000);
  assert.deepEqual(told, ['a joined', 'b joined', 'a left']);
  mock.timers.reset();
});

test('coming back to a new server a second time does not end the grace', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { roster: all, told } = roster();
  all.welcome('one', [alice]);
  all.welcome('two', []);
  all.welcome('two', []);
  assert.deepEqual(told, ['a joined']);
  mock.timers.tick(10_000);
  assert.deepEqual(told, ['a joined', 'a left']);
  mock.timers.reset();
});

test('who is closed tells nothing any more', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { roster: all, told } = roster();
  all.welcome('one', [alice]);
  all.welcome('two', []);
  all.close();
  mock.timers.tick(20_000);
  assert.deepEqual(told, ['a joined']);
  mock.timers.reset();
});
