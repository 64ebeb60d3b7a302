/** Whether a composite alarm's rule holds, given the states of its children. */
export function ruleHolds(rule: string, stateOf: (alarm: string) => string | undefined): boolean {
  const tokens = rule.match(/"[^"]*"|[()]|[^\s()"]+/g) ?? [];
  let next = 0;
  const take = () => tokens[next++] ?? '';
  const at = (word: string) => tokens[next]?.toUpperCase() === word;

  function either(): boolean {
    let holds = both();
    while (at('OR')) {
      take();
      // Both sides are always read: the rest of the rule must be consumed.
      const right = both();
      holds = holds || right;
    }
    return holds;
  }

  function both(): boolean {
    let holds = one();
    while (at('AND')) {
      take();
      const right = one();
      holds = holds && right;
    }
    return holds;
  }

  function one(): boolean {
    const word = take();
    switch (word.toUpperCase()) {
      case 'NOT':
        return !one();
      case 'TRUE':
        return true;
      case 'FALSE':
        return false;
      case '(': {
        const holds = either();
        take();
        return holds;
      }
      case 'ALARM':
      case 'OK':
      case 'INSUFFICIENT_DATA': {
        take();
        const name = take().replace(/^"|"$/g, '');
        take();
        return stateOf(name) === word.toUpperCase();
      }
      default:
        throw new Error(`The alarm rule ${rule} cannot be read at "${word}"`);
    }
  }

  return either();
}

/** The alarms that a rule speaks of. */
export function childrenOf(rule: string): readonly string[] {
  const functions = /(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|([^)\s]+))\s*\)/gi;
  return [...rule.matchAll(functions)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
