import { beforeEach, describe, expect, it } from '@jest/globals';

import { createAgenda, type Agenda } from '../../../simulator/time/agenda.ts';

let agenda: Agenda;
let happened: string[];
beforeEach(() => {
  agenda = createAgenda();
  happened = [];
});

const add = (at: number, name: string) => agenda.add(at, () => happened.push(name));

describe('an agenda', () => {
  it('knows when something happens next, and when nothing will', () => {
    expect(agenda.next()).toBeUndefined();
    add(20, 'later');
    add(10, 'sooner');
    expect(agenda.next()).toBe(10);
  });

  it('lets things happen in the order of time, and of one moment in the order in which they came', () => {
    add(20, 'third');
    add(10, 'first');
    add(20, 'fourth');
    add(10, 'second');
    agenda.runUntil(20);
    expect(happened).toEqual(['first', 'second', 'third', 'fourth']);
  });

  it('lets the next thing happen, and nothing else of that moment', () => {
    add(10, 'first');
    add(10, 'second');
    agenda.runNext();
    expect(happened).toEqual(['first']);
    expect(agenda.next()).toBe(10);
  });

  it('leaves what is due later', () => {
    add(10, 'due');
    add(11, 'later');
    agenda.runUntil(10);
    expect(happened).toEqual(['due']);
    expect(agenda.next()).toBe(11);
  });

  it('lets what is added meanwhile happen as well, when it is due', () => {
    agenda.add(10, () => {
      add(12, 'too late');
      add(11, 'in time');
    });
    agenda.runUntil(11);
    expect(happened).toEqual(['in time']);
  });

  it('forgets what was prevented, and prevents nothing that has happened', () => {
    const prevent = add(10, 'never');
    const preventLate = add(10, 'happens');
    add(20, 'stays');
    prevent();
    agenda.runUntil(10);
    preventLate();
    agenda.runUntil(20);
    expect(happened).toEqual(['happens', 'stays']);
  });

  it('has nothing to run when it is empty', () => {
    expect(() => {
      agenda.runNext();
    }).not.toThrow();
  });
});
