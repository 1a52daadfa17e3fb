// Graphviz.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { expected, file } from './sample.mjs';

/** A picture as SVG, and its boxes and arrows: their names in the DOT file. */
function draw(name) {
  const svg = execFileSync('dot', ['-Tsvg', file(name)], { encoding: 'utf8' });
  const titles = (kind) => [...svg.matchAll(`<g id="[^"]*" class="${kind}">\\s*<title>([^<]*)</title>`)].map((match) => match[1]);
  return { svg, nodes: titles('node'), edges: titles('edge').map((title) => title.replace('&#45;&gt;', '->')) };
}

/** The name in the DOT file, by the id in the other. */
const name = (id) => `n${(id - 3) / 2}`;

test('Graphviz draws every object and every edge', () => {
  const { svg, nodes, edges } = draw('sample.dot');
  assert.deepEqual(nodes.sort(), expected.objects.map(({ id }) => name(id)).sort());
  const pairs = expected.objects.flatMap(({ id, edges }) => edges.map(([, target]) => `${name(id)}->${name(target)}`));
  assert.deepEqual(edges.sort(), [...new Set(pairs)].sort());
  // As a reader of the picture sees them.
  for (const text of ['Vec&lt;Cc&lt;[u8; 100]&gt;&gt; #', 'by_title[&quot;\\&quot;&lt;b&gt; &amp; \\\\ {x}\\&quot;\\n&quot;]']) {
    assert.ok(svg.includes(text), text);
  }
  // The two lost objects are highlighted, and in a cycle of their own; the library and its shelves are in another.
  assert.equal(svg.match(/stroke="red"/g).length, 2);
  const colors = [...svg.matchAll(/fill="(#[0-9a-f]{6})" stroke/g)].map((match) => match[1]);
  assert.deepEqual([...new Set(colors)].map((color) => colors.filter((other) => other === color).length).sort(), [2, 3]);
});

test('Graphviz draws what is too much as a box', () => {
  const { svg, nodes, edges } = draw('limited.dot');
  assert.equal(nodes.length, 11);
  assert.ok(svg.includes(`… ${expected.objects.length - 10} more`));
  assert.ok(edges.some((edge) => edge.endsWith('->more')));
});
