// The exports of `tests/inspect/export_sample.rs`, and what there must be in them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const file = (name) => path.join(process.env.SAMPLE, name);
export const expected = JSON.parse(readFileSync(file('expected.json'), 'utf8'));

const header = JSON.parse(readFileSync(file('sample.heapsnapshot'), 'utf8')).snapshot;

/** The id of the root. */
export const ROOT = 1;

/** The label of an edge, by the type and the name that a reader gives for it. */
export const label = (type, name) => (type === 'element' ? `[${name}]` : String(name));

/** Asserts that a reader has all objects, by name and size, and that it finds the same retained sizes. */
export function assertObjects(objects) {
  const actual = objects.filter(({ id }) => id !== ROOT).map(({ id, name, size, retained }) => ({ id, name, size, retained }));
  const wanted = expected.objects.map(({ id, type, size, retained }) => ({ id, name: shown(type), size, retained }));
  const byId = (a, b) => a.id - b.id;
  assert.deepEqual(actual.sort(byId), wanted.sort(byId));
}

/** Asserts that a reader has all edges: of each object in order, and those of the root. `edges` gives those of an id. */
export function assertEdges(count, edges) {
  for (const object of expected.objects) {
    assert.deepEqual(edges(object.id), object.edges);
  }
  const ofRoot = edges(ROOT);
  assert.deepEqual(ofRoot.filter(([name]) => name === '(outside)').map(([, id]) => id), expected.roots);
  // The cycle that nothing refers to.
  const lost = expected.objects.filter(({ type }) => type.endsWith('::Lost')).map(({ id }) => id);
  assert.deepEqual(ofRoot.filter(([name]) => name === '(unreachable)').map(([, id]) => id), lost);
  assert.equal(count, expected.edges + ofRoot.length);
}

/** Asserts that a reader finds the same paths from the root. `retainer` gives the edge on the way there, and its source. */
export function assertPaths(retainer) {
  for (const { id, path } of expected.objects) {
    const actual = [];
    for (let at = id; at !== ROOT; ) {
      const [name, source] = retainer(at);
      actual.unshift(name);
      at = source;
    }
    const [first, ...rest] = actual;
    if (path) {
      assert.deepEqual([first, rest], ['(outside)', path]);
    } else {
      assert.equal(first, '(unreachable)');
    }
  }
}

/** What a type is called in the file. */
function shown(type) {
  const short = Object.entries(header.type_names).find(([, full]) => full === type);
  return short ? short[0] : type;
}
