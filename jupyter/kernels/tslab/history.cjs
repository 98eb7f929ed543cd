/** The cells that this kernel has run, for the arrow keys of a console. They last as long as the kernel. */

'use strict';

const SESSION = 1;

class History {
  constructor() {
    this.entries = [];
  }

  add(line, input) {
    this.entries.push({ line, input });
  }

  /** The entries that a history_request asks for, oldest first: [session, line, input], or with the output (not kept). */
  answer({ hist_access_type: type, output, session, start, stop, n, pattern, unique }) {
    const entries = {
      tail: () => this.entries,
      range: () =>
        [0, SESSION].includes(session)
          ? this.entries.filter(
              ({ line }) => line >= (start || 1) && line < (stop || Number.POSITIVE_INFINITY),
            )
          : [],
      search: () => {
        const matching = this.entries.filter(({ input }) => globbed(pattern).test(input));
        if (!unique) return matching;
        return matching.filter(({ input }, i) => !matching.slice(i + 1).some(later => later.input === input));
      },
    }[type]?.();
    const last = type === 'range' || !(n > 0) ? entries : entries?.slice(-n);
    return (last ?? []).map(({ line, input }) => [SESSION, line, output ? [input, null] : input]);
  }
}

/** A pattern in which * stands for anything and ? for one character. */
function globbed(pattern = '*') {
  const source = [...pattern].map(c =>
    c === '*' ? '.*' : c === '?' ? '.' : c.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, 'su');
}

module.exports = { History };
