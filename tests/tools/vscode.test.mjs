// VS Code: the parser behind its view of heap snapshots.

import parser from '@vscode/v8-heap-parser';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ROOT, assertObjects, expected, file } from './sample.mjs';

test('VS Code shows what the snapshot has', () => {
  parser.init_panic_hook();
  const graph = parser.decode_bytes(readFileSync(file('sample.heapsnapshot')));
  assert.equal(graph.root_index, 0);

  const types = new Set(expected.objects.map(({ type }) => type));
  const groups = graph.get_class_groups(0, types.size, false);
  const objects = groups.flatMap((group, index) => {
    return graph.class_children(index, 0, group.children_len, parser.WasmSortBy.RetainedSize);
  });
  assertObjects(objects.map((node) => {
    assert.equal(node.typ, parser.NodeType.Object);
    return { id: node.id, name: node.name(), size: Number(node.self_size), retained: Number(node.retained_size) };
  }));

  const indices = new Map(objects.map((node) => [node.id, node.index]));
  for (const { id, edges } of expected.objects) {
    // Each retainer on a path to the root says what it retains.
    const retainers = graph.get_all_retainers(indices.get(id), 1).filter((node) => node.retains_index === indices.get(id));
    const sources = retainers.map((node) => node.id).filter((source) => source !== id && source !== ROOT);
    const wanted = expected.objects.filter((source) => source.id !== id && source.edges.some(([, target]) => target === id));
    assert.deepEqual(new Set(sources), new Set(wanted.map((source) => source.id)));
    const children = graph.node_children(indices.get(id), 0, edges.length, parser.WasmSortBy.Name);
    assert.deepEqual(new Set(children.map((node) => node.id)), new Set(edges.map(([, target]) => target)));
  }
});
